package dev.pocketpaas.cli.invocation;

import java.util.Set;

/** What an operation changes, and so what shows whether it has ended. */
public enum Subject {
    /** An app. */
    APP("\"pocketpaas releases\" and \"pocketpaas ps\"", "", Set.of()),
    /** A service. */
    SERVICE("\"pocketpaas services\"", "pocketpaas services cancel NAME", Set.of("upgrade", "undo", "copy")),
    /** Backups. */
    BACKUPS("\"pocketpaas backups\"", "pocketpaas backups cancel", Set.of("backup", "restore", "drill"));

    private final String shownBy;
    private final String cancel;
    private final Set<String> cancelled;

    Subject(String shownBy, String cancel, Set<String> cancelled) {
        this.shownBy = shownBy;
        this.cancel = cancel;
        this.cancelled = cancelled;
    }

    /** The message when Ctrl-C leaves {@code noun} running. */
    String goesOn(String noun) {
        String stop = cancelled.contains(noun) ? "; stop it with \"" + cancel + "\"" : "";
        return "Interrupted. If the " + noun + " has started, it continues on the host; check with " + shownBy + stop
                + ".";
    }
}
