package dev.pocketpaas.core.backup;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where backups go: a directory of the host, a bucket of a server that speaks S3, or a directory of another machine, by SFTP.
 *
 * @param location {@code /DIRECTORY}, {@code s3:https://HOST/BUCKET[/DIRECTORY]}, or {@code sftp:USER@HOST[:PORT]/DIRECTORY}
 */
public record BackupDestination(String location) {
    private static final Pattern VALID = Pattern.compile(Patterns.BACKUP_DESTINATION);

    /** Places of which another form works, by what they begin with. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "b2:", "use the bucket's S3 endpoint: s3:https://s3.REGION.backblazeb2.com/BUCKET",
            "gs:", "use the bucket's S3 endpoint and an HMAC key: s3:https://storage.googleapis.com/BUCKET",
            "azure:",
                    "use SFTP, which Azure Blob Storage speaks: sftp:ACCOUNT.USER@ACCOUNT.blob.core.windows.net/DIRECTORY");

    /** Checks the place. */
    public BackupDestination {
        String begin = location.substring(0, location.indexOf(':') + 1);
        if (ELSEWHERE.containsKey(begin)) {
            throw PocketException.usage("backups cannot go to " + begin + " directly", ELSEWHERE.get(begin));
        }
        if (!VALID.matcher(location).matches() || !NumberLimit.BACKUP_DESTINATION_LENGTH.holds(location)) {
            throw PocketException.usage(
                    "\"" + Printable.of(location) + "\" is no place for backups",
                    "a directory of the host (/mnt/backups), a bucket (s3:https://s3.example.com/BUCKET), or a directory of"
                            + " another machine (sftp:USER@HOST/DIRECTORY)");
        }
    }

    /** Whether it is a bucket, which needs a key. */
    public boolean isBucket() {
        return location.startsWith("s3:");
    }

    /** Whether it is a directory of another machine. */
    public boolean isSftp() {
        return location.startsWith("sftp:");
    }

    @Override
    public String toString() {
        return location;
    }
}
