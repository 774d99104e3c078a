package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.Patterns;
import java.util.regex.Pattern;

/**
 * The name of an app: lower-case letters, digits and dashes, beginning with a letter and not ending with a dash, at most 40
 * characters, so that it is a DNS label, a directory and an nginx name at once.
 *
 * @param value the name
 */
public record AppName(String value) implements Comparable<AppName> {
    private static final Pattern VALID = Pattern.compile(Patterns.APP);

    /** Checks the name. */
    public AppName {
        if (!VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not a valid app name",
                    "use lower-case letters, digits and dashes; start with a letter; at most 40 characters");
        }
    }

    /** The name in {@code text}; anything else is a usage error. */
    public static AppName parse(String text) {
        return new AppName(text);
    }

    /** Whether {@code text} is a valid name. */
    public static boolean isValid(String text) {
        return VALID.matcher(text).matches();
    }

    @Override
    public int compareTo(AppName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
