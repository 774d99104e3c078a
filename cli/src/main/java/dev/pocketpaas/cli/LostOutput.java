package dev.pocketpaas.cli;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.StandardStream;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What a command ends with when its output could not be written. */
final class LostOutput {
    /** As a shell shows a program that died of SIGPIPE. */
    private static final int BROKEN_PIPE = 141;

    private LostOutput() {}

    /** Whether the reader of the output has gone, which is no failure that somebody has to be told. */
    static boolean isReaderGone(Environment environment) {
        return failure(environment)
                .map(failure -> String.valueOf(failure.getMessage()).contains("Broken pipe"))
                .orElse(false);
    }

    /** The exit code in that case. */
    static int readerGone() {
        return BROKEN_PIPE;
    }

    /** The failure to tell in any other case. */
    static PocketException explained(Environment environment) {
        String reason = failure(environment).map(e -> ": " + e.getMessage()).orElse("");
        return new PocketException(
                ExitCode.UNEXPECTED,
                "the output cannot be written" + reason,
                List.of(),
                "make room, or send the output elsewhere; what the command changed on the host stays changed",
                failure(environment).orElse(null));
    }

    private static Optional<IOException> failure(Environment environment) {
        return environment.stdout() instanceof StandardStream stream ? stream.failure() : Optional.empty();
    }
}
