package dev.pocketpaas.cli.invocation;

/** What an operation changes, and so what shows whether it has ended. */
public enum Subject {
    /** An app. */
    APP("\"pocketpaas releases\" and \"pocketpaas ps\""),
    /** A service. */
    SERVICE("\"pocketpaas services\""),
    /** Backups. */
    BACKUPS("\"pocketpaas backups\"");

    private final String shownBy;

    Subject(String shownBy) {
        this.shownBy = shownBy;
    }

    /** The message when Ctrl-C leaves {@code noun} running. */
    String goesOn(String noun) {
        return "Interrupted. If the " + noun + " has started, it continues on the host; check with " + shownBy + ".";
    }
}
