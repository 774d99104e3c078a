package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.Patterns;
import java.util.regex.Pattern;

/**
 * The name by which somebody logs in at an app's HTTP basic auth.
 *
 * @param value the name
 */
public record AuthUser(String value) {
    private static final Pattern VALID = Pattern.compile(Patterns.VISITOR);

    /** Checks the name. */
    public AuthUser {
        if (!VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not a valid user name",
                    "use letters, digits, dots, dashes, underscores and @, at most 64");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
