package dev.pocketpaas.core.backup;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ByteSize;
import dev.pocketpaas.core.rules.NumberLimit;

/**
 * How much goes to the destination in a second.
 *
 * @param kibibytes KiB; 0 for no limit
 */
public record BackupLimit(long kibibytes) {
    private static final String NONE = "none";
    private static final int KIBIBYTE = 1024;

    /** Checks the number. */
    public BackupLimit {
        if (!NumberLimit.BACKUP_LIMIT.holds(kibibytes)) {
            throw PocketException.usage(
                    "this is no limit for uploads", "at least 1K in a second, or none: --limit 2M, --limit none");
        }
    }

    /** As people write it: {@code 2M}, or {@code none}. */
    public static BackupLimit parse(String text) {
        if (text.equals(NONE)) {
            return new BackupLimit(0);
        }
        long found = ByteSize.parse(text).bytes() / KIBIBYTE;
        return new BackupLimit(found == 0 ? -1 : found);
    }

    static BackupLimit ofHost(String text) {
        return new BackupLimit(Long.parseLong(text));
    }

    String forHost() {
        return Long.toString(kibibytes);
    }

    /** Whether there is none. */
    public boolean isNone() {
        return kibibytes == 0;
    }

    @Override
    public String toString() {
        return isNone() ? NONE : new ByteSize(kibibytes * KIBIBYTE).toString();
    }
}
