package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.Patterns;
import java.util.regex.Pattern;

/**
 * The name of a process type as in a Procfile: letters, digits, dashes and underscores, at most 30 characters. {@code web} is the
 * one that gets requests; {@code release} is not a process but the release command.
 *
 * @param value the name
 */
public record ProcessType(String value) implements Comparable<ProcessType> {
    private static final Pattern VALID = Pattern.compile(Patterns.PROCESS_TYPE);

    /** The type that nginx sends requests to. */
    public static final ProcessType WEB = new ProcessType("web");

    /** Checks the name. */
    public ProcessType {
        if (!VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not a valid process type",
                    "use letters, digits, dashes and underscores; start with a letter; at most 30 characters");
        }
    }

    /** Whether {@code text} is a valid name. */
    public static boolean isValid(String text) {
        return VALID.matcher(text).matches();
    }

    @Override
    public int compareTo(ProcessType other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
