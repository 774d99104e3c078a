package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Handover;
import picocli.CommandLine.Option;

/** For the commands whose new processes may need the place of some that are still ending. */
final class NowOption {
    @Option(
            names = "--now",
            description =
                    "Do not wait for processes that are still ending, as long as drain and stop-timeout say: cut off their requests and jobs.")
    private boolean now;

    boolean now() {
        return now;
    }

    Handover handover() {
        return new Handover(false, now);
    }
}
