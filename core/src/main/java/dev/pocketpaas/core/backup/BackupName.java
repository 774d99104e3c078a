package dev.pocketpaas.core.backup;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;
import java.util.regex.Pattern;

/**
 * The name of what there are backups of: a service or an app.
 *
 * @param value the name
 */
public record BackupName(String value) {
    private static final Pattern VALID = Pattern.compile("(" + Patterns.APP + ")|(" + Patterns.SERVICE + ")");

    /** Checks the name. */
    public BackupName {
        if (!VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not the name of a service or an app",
                    "see \"pocketpaas services\" and \"pocketpaas apps\"");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
