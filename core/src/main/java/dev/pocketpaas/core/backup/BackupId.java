package dev.pocketpaas.core.backup;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;
import java.util.regex.Pattern;

/**
 * The id of a backup, which is that of a snapshot of restic.
 *
 * @param value the id
 */
public record BackupId(String value) {
    private static final Pattern VALID = Pattern.compile(Patterns.BACKUP);

    /** Checks the id. */
    public BackupId {
        if (!VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not the id of a backup", "see \"pocketpaas backups\"");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
