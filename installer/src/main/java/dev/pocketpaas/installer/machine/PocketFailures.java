package dev.pocketpaas.installer.machine;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;

/** Turns the outcome of a command into a failure that the user is told about. */
public final class PocketFailures {
    private static final int LINES = 12;

    private PocketFailures() {}

    /** A failure that says {@code what} and shows the last lines of {@code outcome}. */
    public static PocketException of(String what, Outcome outcome) {
        return new PocketException(ExitCode.UNEXPECTED, what, outcome.lastLines(LINES), null, null);
    }
}
