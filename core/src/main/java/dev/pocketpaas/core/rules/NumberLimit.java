package dev.pocketpaas.core.rules;

import java.util.Locale;

/** The least and the greatest number that a setting may have: seconds, bytes, billionths of a core, or a count. */
public enum NumberLimit {
    /** How many processes of a type. */
    SCALE(0, 100),
    /** How many web processes: each has a fixed address out of 48 (docs/protocol.md, "Docker"). */
    WEB_INSTANCES(0, 48),
    /** Bytes; less is too little for any process. */
    MEMORY(6L * 1024 * 1024, 1L << 49),
    /** Bytes of a service: a database with less does nothing but swap. */
    SERVICE_MEMORY(64L * 1024 * 1024, 1L << 49),
    /** Billionths of a core. */
    CPUS(10_000_000, 999_999_000_000L),
    /** Processes and threads; the engine takes 0 for no limit at all. */
    PIDS(16, 1_000_000),
    /** Seconds between the stop signal and SIGKILL. */
    STOP_TIMEOUT(1, 3600),
    /** Seconds that a process must have run before it counts as up. */
    STAYS_UP(0, 600),
    /** Seconds that requests of an old release may last after the switch. */
    DRAIN(0, 3600),
    /** A port of TCP. */
    CHECK_PORT(1, 65535),
    /** Seconds that one answer may take. */
    CHECK_TIMEOUT(1, 300),
    /** Seconds until the first good answer. */
    CHECK_DEADLINE(1, 1800),
    /** Seconds between two tries. */
    CHECK_INTERVAL(1, 60),
    /** Seconds that a run of a cron job may take. */
    JOB_TIMEOUT(1, 604_800),
    /** Seconds that a preview lasts after its last deploy; up to ninety days. */
    PREVIEW_TTL(60, 7_776_000),
    /** How many previews an app may have at a time. */
    PREVIEWS(0, 100),
    /** Seconds; two years. */
    HSTS(0, 63_072_000),
    /** Bytes; nginx takes 0 for no limit. */
    HTTP_MAX_BODY(0, 1L << 49),
    /** Seconds that an app may be silent. */
    HTTP_TIMEOUT(1, 86_400),
    /** Bytes that the header of an answer may have. */
    HTTP_RESPONSE_HEADERS(4096, 1_048_576),
    /** How many backups of days, of weeks or of months are kept. */
    BACKUP_KEEP(0, 999),
    /** KiB that are uploaded to the place of backups in a second; 0 for any number. */
    BACKUP_LIMIT(0, 10_000_000),
    /** Characters of the place where backups go. */
    BACKUP_DESTINATION_LENGTH(2, 400),
    /** How many options a remote of rclone has. */
    RCLONE_OPTIONS(1, 64),
    /** Characters of an option's value: some are documents. */
    RCLONE_VALUE_LENGTH(1, 8192),
    /** Characters of a command. */
    COMMAND_LENGTH(1, 32 * 1024),
    /** Characters of the path of a volume. */
    VOLUME_PATH_LENGTH(1, 500),
    /** Characters of the name of a branch. */
    BRANCH_LENGTH(1, 200),
    /** Characters of a reference to an image. */
    IMAGE_LENGTH(1, 400),
    /** How many layers an image may have: more no engine takes. */
    IMAGE_LAYERS(1, 127),
    /** Bytes of the layers that a laptop may send of one image. */
    IMAGE_BYTES(0, 32L << 30),
    /** Bytes of the password of a registry: some are documents. */
    REGISTRY_PASSWORD(1, 16 * 1024),
    /** Characters of an argument of a verb. */
    ARGUMENT_LENGTH(1, 8192),
    /** Bytes of an app's source, unpacked: what git or an archive sends can be a thousand times smaller. */
    SOURCE_BYTES(0, 2L << 30),
    /** Bytes of an admin's own lines for nginx. */
    SNIPPET_BYTES(0, 65_536);

    private final long least;
    private final long most;

    NumberLimit(long least, long most) {
        this.least = least;
        this.most = most;
    }

    /** The least number. */
    public long least() {
        return least;
    }

    /** The greatest number. */
    public long most() {
        return most;
    }

    /** Whether the number is within the two. */
    public boolean holds(long number) {
        return number >= least && number <= most;
    }

    /** Whether the text has so many characters (of Unicode, as Python counts). */
    public boolean holds(String text) {
        return holds(text.codePointCount(0, text.length()));
    }

    /** The name that the host knows it by. */
    String hostName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
