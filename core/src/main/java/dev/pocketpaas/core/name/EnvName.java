package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.Patterns;
import dev.pocketpaas.core.rules.Words;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The name of an environment variable (POSIX "name": letters, digits, underscore, not beginning with a digit), at most 128 characters.
 * Names that PocketPaaS sets itself are refused.
 *
 * @param value the name
 */
public record EnvName(String value) implements Comparable<EnvName> {
    private static final Pattern VALID = Pattern.compile(Patterns.VARIABLE);
    private static final Set<String> RESERVED = Set.copyOf(Words.RESERVED_VARIABLES);

    /** Checks the name. */
    public EnvName {
        if (!VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not a valid variable name",
                    "use letters, digits and underscores; start with no digit");
        }
        if (RESERVED.contains(value) || value.startsWith(Words.OWN_VARIABLES)) {
            throw PocketException.usage(
                    value + " is set by PocketPaaS itself and cannot be changed", "choose another name");
        }
    }

    @Override
    public int compareTo(EnvName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
