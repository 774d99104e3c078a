package dev.pocketpaas.core.failure;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A failure that the user is told about: one sentence of what happened, optional lines of detail, and the cure. It is caught and
 * printed in one place of {@code cli}. Messages never hold a secret.
 */
public class PocketException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;
    private final List<String> details;
    private final @Nullable String cure;

    /**
     * @param exitCode what the process ends with
     * @param message what happened, one sentence without a full stop
     * @param details further lines, may be empty
     * @param cure what to do next, a sentence or a command; null where there is none
     * @param cause the technical reason, or null
     */
    public PocketException(
            ExitCode exitCode, String message, List<String> details, @Nullable String cure, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.details = List.copyOf(details);
        this.cure = cure;
    }

    /** A wrong command line, manifest or value; nothing was touched. */
    public static PocketException usage(String message, @Nullable String cure) {
        return new PocketException(ExitCode.USAGE, message, List.of(), cure, null);
    }

    /** Refused before anything was changed. */
    public static PocketException refused(String message, @Nullable String cure) {
        return new PocketException(ExitCode.REFUSED, message, List.of(), cure, null);
    }

    /** The host cannot be reached or does not let us in. */
    public static PocketException unreachable(String message, @Nullable String cure, @Nullable Throwable cause) {
        return new PocketException(ExitCode.UNREACHABLE, message, List.of(), cure, cause);
    }

    /** Something nobody foresaw. */
    public static PocketException unexpected(String message, @Nullable String cure, @Nullable Throwable cause) {
        return new PocketException(ExitCode.UNEXPECTED, message, List.of(), cure, cause);
    }

    /** What the process ends with. */
    public final ExitCode exitCode() {
        return exitCode;
    }

    /** The message, never null. */
    public final String what() {
        return String.valueOf(getMessage());
    }

    /** Further lines, possibly none. */
    public final List<String> details() {
        return details;
    }

    /** What to do next. */
    public final Optional<String> cure() {
        return Optional.ofNullable(cure);
    }
}
