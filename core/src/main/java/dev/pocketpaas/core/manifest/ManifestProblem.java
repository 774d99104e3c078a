package dev.pocketpaas.core.manifest;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong in a file, and where.
 *
 * @param file the file as the user knows it
 * @param line its line, from 1
 * @param column its column, from 1
 * @param text the offending text made printable; empty where it may be secret
 * @param message what is wrong
 * @param suggestion what to write instead, or null
 */
public record ManifestProblem(
        String file,
        int line,
        int column,
        String text,
        String message,
        @Nullable String suggestion) {
    /** One line in the form that editors understand: {@code file:line:column: message; suggestion}. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + message + (suggestion == null ? "" : "; " + suggestion);
    }
}
