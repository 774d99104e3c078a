package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Handover;
import picocli.CommandLine.Option;

/** For the commands whose new processes may have to wait for old ones to end. */
final class NowOption {
    @Option(names = "--now", description = "Do not wait for the old processes to finish; cut off their requests.")
    private boolean now;

    boolean now() {
        return now;
    }

    Handover handover() {
        return new Handover(false, now);
    }
}
