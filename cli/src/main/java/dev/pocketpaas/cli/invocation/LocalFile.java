package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files that the user named. */
public final class LocalFile {
    private LocalFile() {}

    /** The text of {@code file}; a usage error if it cannot be read. */
    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.USAGE, "cannot read " + file, List.of(), "check the path; it must be a text file", e);
        }
    }
}
