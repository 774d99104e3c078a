package dev.pocketpaas.core.ssh;

import org.jspecify.annotations.Nullable;

/**
 * A command for the remote shell.
 *
 * @param text the command line; built by pure code, never with a secret in it
 * @param terminal the terminal to ask for, or null for none
 */
public record RemoteCommand(String text, @Nullable Terminal terminal) {
    /** A command without a terminal. */
    public static RemoteCommand of(String text) {
        return new RemoteCommand(text, null);
    }

    /**
     * A terminal on the far side (RFC 4254, section 6.2).
     *
     * @param type the value of TERM
     * @param columns width in characters
     * @param rows height in characters
     */
    public record Terminal(String type, int columns, int rows) {}
}
