package dev.pocketpaas.core.backup;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import java.util.regex.Pattern;

/**
 * Where backups go: a directory of the host, or a bucket of a server that speaks S3.
 *
 * @param location {@code /DIRECTORY}, or {@code s3:https://HOST/BUCKET[/DIRECTORY]}
 */
public record BackupDestination(String location) {
    private static final Pattern VALID = Pattern.compile(Patterns.BACKUP_DESTINATION);

    /** Checks the place. */
    public BackupDestination {
        if (!VALID.matcher(location).matches() || !NumberLimit.BACKUP_DESTINATION_LENGTH.holds(location)) {
            throw PocketException.usage(
                    "\"" + Printable.of(location) + "\" is no place for backups",
                    "a directory of the host (/mnt/backups) or a bucket (s3:https://s3.example.com/BUCKET)");
        }
    }

    /** Whether it is a bucket, which needs a key. */
    public boolean isBucket() {
        return location.startsWith("s3:");
    }

    @Override
    public String toString() {
        return location;
    }
}
