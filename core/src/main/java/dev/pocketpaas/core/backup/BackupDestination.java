package dev.pocketpaas.core.backup;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where backups go: a directory of the host, a bucket of a server that speaks S3, a directory of another machine, by SFTP, or one of a service that
 * rclone knows.
 *
 * @param location {@code /DIRECTORY}, {@code s3:https://HOST/BUCKET[/DIRECTORY]}, {@code sftp:USER@HOST[:PORT]/DIRECTORY}, or {@code rclone:REMOTE:DIRECTORY}
 */
public record BackupDestination(String location) {
    private static final String RCLONE = "rclone:";
    private static final Pattern VALID = Pattern.compile(Patterns.BACKUP_DESTINATION);

    /** Places of which another form works, by what they begin with. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "b2:", "use the bucket's S3 endpoint: s3:https://s3.REGION.backblazeb2.com/BUCKET",
            "gs:", "use the bucket's S3 endpoint and an HMAC key: s3:https://storage.googleapis.com/BUCKET",
            "azure:", "make a remote with \"rclone config\", and use it: rclone:REMOTE:CONTAINER");

    /** Checks the place. */
    public BackupDestination {
        String begin = location.substring(0, location.indexOf(':') + 1);
        if (ELSEWHERE.containsKey(begin)) {
            throw PocketException.usage("backups cannot go to " + begin + " directly", ELSEWHERE.get(begin));
        }
        if (!VALID.matcher(location).matches() || !NumberLimit.BACKUP_DESTINATION_LENGTH.holds(location)) {
            throw PocketException.usage(
                    "\"" + Printable.of(location) + "\" is no place for backups",
                    "a directory of the host (/mnt/backups), a bucket (s3:https://s3.example.com/BUCKET), a directory of another"
                            + " machine (sftp:USER@HOST/DIRECTORY), or a remote of rclone (rclone:REMOTE:DIRECTORY)");
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

    /** The remote of rclone that it is behind; empty where it is none. */
    public Optional<String> rcloneRemote() {
        return location.startsWith(RCLONE)
                ? Optional.of(location.substring(RCLONE.length(), location.indexOf(':', RCLONE.length())))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return location;
    }
}
