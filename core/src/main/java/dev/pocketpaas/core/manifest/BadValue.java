package dev.pocketpaas.core.manifest;

import org.jspecify.annotations.Nullable;

/** A text that is not what its key asks for. */
final class BadValue extends Exception {
    private static final long serialVersionUID = 1L;

    private final @Nullable String suggestion;

    BadValue(String message, @Nullable String suggestion) {
        super(message, null, false, false);
        this.suggestion = suggestion;
    }

    String message() {
        return String.valueOf(getMessage());
    }

    @Nullable
    String suggestion() {
        return suggestion;
    }
}
