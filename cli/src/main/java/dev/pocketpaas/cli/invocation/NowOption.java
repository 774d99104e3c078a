package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.core.protocol.Handover;
import picocli.CommandLine.Option;

/** For the commands whose new processes may have to wait for old ones to end. */
public final class NowOption {
    @Option(names = "--now", description = "Do not wait for the old processes to finish; cut off their requests.")
    private boolean now;

    boolean now() {
        return now;
    }

    /** What was asked for. */
    public Handover handover() {
        return new Handover(false, now);
    }
}
