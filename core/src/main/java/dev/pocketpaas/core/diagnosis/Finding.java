package dev.pocketpaas.core.diagnosis;

/**
 * One thing that was looked at.
 *
 * @param area where
 * @param state how it is
 * @param text what was seen, one sentence
 * @param cure what to do about it; empty where nothing is to be done
 * @param fix the word that stands for putting it right; empty where that is for people
 * @param app the app that it is about; empty for none
 */
public record Finding(Area area, State state, String text, String cure, String fix, String app) {
    /** The way from a laptop to the visitors of an app, in its order. */
    public enum Area {
        /** This machine: the program and the project. */
        LAPTOP("This machine"),
        /** How the host is reached. */
        SSH("SSH configuration"),
        /** Getting in. */
        LOGIN("Login"),
        /** The machine that apps run on. */
        HOST("Host"),
        /** Its engine. */
        DOCKER("Docker"),
        /** Its databases. */
        SERVICE("Services"),
        /** Its web server. */
        NGINX("nginx"),
        /** The apps. */
        APP("Apps"),
        /** Their certificates. */
        CERTIFICATE("Certificates"),
        /** Whether their names lead to the host. */
        DNS("DNS"),
        /** What a visitor gets. */
        TLS("HTTP and TLS"),
        /** Who may log in how. */
        ACCESS("Logins"),
        /** What can be reached from outside. */
        PORTS("Ports"),
        /** What containers can reach. */
        CONTAINERS("Containers"),
        /** Updates, the clock, the disk. */
        UPKEEP("Upkeep"),
        /** What the host has noticed. */
        NOTICES("Notices");

        private final String title;

        Area(String title) {
            this.title = title;
        }

        /** The name for people. */
        public String title() {
            return title;
        }
    }

    /** How bad it is. */
    public enum State {
        /** As it should be. */
        OK,
        /** Worth knowing; on purpose, or nothing to worry about. */
        NOTE,
        /** Works, but needs somebody. */
        WARNING,
        /** Does not work. */
        PROBLEM,
        /** Not looked at, because of a problem before it. */
        SKIPPED
    }

    /** Something that is as it should be. */
    static Finding ok(Area area, String text) {
        return new Finding(area, State.OK, text, "", "", "");
    }

    /** Something worth knowing. */
    static Finding note(Area area, String text, String cure) {
        return new Finding(area, State.NOTE, text, cure, "", "");
    }

    /** Something that needs somebody. */
    static Finding warning(Area area, String text, String cure) {
        return new Finding(area, State.WARNING, text, cure, "", "");
    }

    /** Something that does not work. */
    static Finding problem(Area area, String text, String cure) {
        return new Finding(area, State.PROBLEM, text, cure, "", "");
    }

    /** Something that was not looked at. */
    static Finding skipped(Area area, String text) {
        return new Finding(area, State.SKIPPED, text, "", "", "");
    }

    /** The same, with the word that stands for putting it right. */
    Finding fixedBy(String word) {
        return new Finding(area, state, text, cure, word, app);
    }

    /** The same, about an app. */
    Finding about(String name) {
        return new Finding(area, state, text, cure, fix, name);
    }

    /** Whether somebody has to do something. */
    public boolean isBad() {
        return state == State.WARNING || state == State.PROBLEM;
    }
}
