package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Handover;
import picocli.CommandLine.Option;

/** For the commands whose new processes may need the place of some that are still ending. */
final class NowOption {
    @Option(
            names = "--now",
            description =
                    "Cut off the requests and jobs that processes of before are still ending, instead of waiting for them as long as drain and stop-timeout say.")
    private boolean now;

    boolean now() {
        return now;
    }

    Handover handover() {
        return new Handover(false, now);
    }
}
