package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.Patterns;
import java.util.regex.Pattern;

/**
 * The name of a service, which is its host name for the apps, too.
 *
 * @param value the name
 */
public record ServiceName(String value) implements Comparable<ServiceName> {
    private static final Pattern VALID = Pattern.compile(Patterns.SERVICE);

    /** Checks the name. */
    public ServiceName {
        if (!VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not a valid service name",
                    "use lower-case letters, digits and dashes, a letter first, at most 30 characters");
        }
    }

    @Override
    public int compareTo(ServiceName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
