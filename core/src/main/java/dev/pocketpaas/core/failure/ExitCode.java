package dev.pocketpaas.core.failure;

/** What the program's exit code means (README, "Exit codes"). */
public enum ExitCode {
    /** Done, or nothing to do. */
    OK(0),
    /** Nobody foresaw this. */
    UNEXPECTED(1),
    /** The command line or the manifest is wrong; nothing was touched. */
    USAGE(2),
    /** The host cannot be reached, or does not let us in. */
    UNREACHABLE(3),
    /** Refused: a lock, a missing confirmation or right, a precondition. Nothing was changed. */
    REFUSED(4),
    /** Failed; the old release still serves. */
    FAILED_OLD_SERVES(5),
    /** Failed, and the app is down. */
    FAILED_DOWN(6),
    /** The new release is live, but not on every machine of the cluster yet; the same command goes on. */
    PARTIAL(7),
    /** Interrupted by the user. */
    INTERRUPTED(130);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number a shell sees. */
    public int code() {
        return code;
    }

    /** The meaning of {@code status}; a number that means nothing to us is {@link #UNEXPECTED}. */
    public static ExitCode of(int status) {
        for (ExitCode candidate : values()) {
            if (candidate.code == status) {
                return candidate;
            }
        }
        return UNEXPECTED;
    }
}
