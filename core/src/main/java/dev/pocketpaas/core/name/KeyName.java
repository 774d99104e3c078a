package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.Patterns;
import java.util.regex.Pattern;

/**
 * The name of an SSH key on a host, which is the identity in the audit log: letters, digits, dot, dash, underscore and {@code @}, at
 * most 64 characters.
 *
 * @param value the name
 */
public record KeyName(String value) implements Comparable<KeyName> {
    private static final Pattern VALID = Pattern.compile(Patterns.KEY);

    /** Checks the name. */
    public KeyName {
        if (!VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not a valid key name",
                    "use letters, digits, dot, dash, underscore and @, at most 64 characters");
        }
    }

    @Override
    public int compareTo(KeyName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
