package dev.pocketpaas.core.cluster;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;

/**
 * A label that a machine of a cluster gets, or loses.
 *
 * @param name its name
 * @param value its value; empty to remove it
 */
public record NodeLabel(String name, String value) {
    /** {@code NAME=VALUE}, or {@code NAME=} to remove it. */
    public static NodeLabel parse(String text) {
        int equals = text.indexOf('=');
        String name = text.substring(0, Math.max(0, equals));
        String value = text.substring(equals + 1);
        if (!name.matches(Patterns.NODE_LABEL) || !(value.isEmpty() || value.matches(Patterns.NODE_LABEL_VALUE))) {
            throw PocketException.usage(
                    "\"" + Printable.line(text) + "\" is not a label",
                    "write NAME=VALUE, for example disk=ssd, and NAME= to remove it; names have lower-case letters, "
                            + "digits and dashes");
        }
        return new NodeLabel(name, value);
    }

    @Override
    public String toString() {
        return name + "=" + value;
    }
}
