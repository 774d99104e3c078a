package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/**
 * A file that the user named.
 *
 * @param name a file as it was typed, or {@code -} for standard input
 */
public record GivenInput(String name) {
    private static final String STANDARD_INPUT = "-";

    /** What it is called in messages. */
    public String shown() {
        return name.equals(STANDARD_INPUT) ? "standard input" : name;
    }

    /** Its bytes; a usage error if it cannot be read. */
    public byte[] bytes(Environment environment) {
        try {
            return name.equals(STANDARD_INPUT)
                    ? environment.stdin().readAllBytes()
                    : Files.readAllBytes(environment.resolve(name));
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.USAGE,
                    "cannot read " + shown(),
                    List.of(),
                    "check the path and the permissions of the file",
                    e);
        }
    }
}
