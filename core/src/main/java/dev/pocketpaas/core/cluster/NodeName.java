package dev.pocketpaas.core.cluster;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;
import java.util.Locale;

/**
 * The name of a machine of a cluster.
 *
 * @param value letters in lower case, digits and dashes
 */
public record NodeName(String value) {
    /** Checks it. */
    public NodeName {
        if (!value.matches(Patterns.NODE)) {
            throw PocketException.usage(
                    "\"" + Printable.line(value) + "\" is not the name of a machine",
                    "use lower-case letters, digits and dashes, at most 40 characters");
        }
    }

    /** The name of the machine that people call {@code host}: its first part, in lower case. */
    public static NodeName of(String host) {
        String first = host.matches(Patterns.IPV4) ? host.replace('.', '-') : host.split("\\.", 2)[0];
        return new NodeName(first.toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    @Override
    public String toString() {
        return value;
    }
}
