package dev.pocketpaas.cli;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** A file of this machine that cannot be read or written: a full disk, a read-only directory. */
final class LocalFailure {
    private LocalFailure() {}

    static PocketException of(UncheckedIOException e) {
        IOException cause = e.getCause();
        return new PocketException(
                ExitCode.UNEXPECTED,
                cause instanceof FileSystemException file
                        ? file.getFile() + " cannot be used: " + reason(file)
                        : "a file on this machine cannot be used: " + cause.getMessage(),
                List.of(),
                "check that the disk has room and that you may write there, then run the command again",
                e);
    }

    private static String reason(FileSystemException e) {
        if (e.getReason() != null) {
            return e.getReason();
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof NoSuchFileException
                ? "no such file or directory"
                : e.getClass().getSimpleName();
    }
}
