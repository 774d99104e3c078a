package dev.pocketpaas.core.rules;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Closed lists of words. */
public final class Words {
    /** Variables that PocketPaaS sets itself, besides those that begin with {@code POCKETPAAS_}. */
    public static final List<String> RESERVED_VARIABLES = List.of("PORT", "DYNO", "TINI_KILL_PROCESS_GROUP");

    /** Host names that mean something else inside a container ({@code /etc/hosts}, Docker's own): no new service has one. */
    public static final List<String> RESERVED_HOST_NAMES = List.of(
            "localhost",
            "localhost4",
            "localhost6",
            "ip6-localhost",
            "ip6-loopback",
            "ip6-localnet",
            "ip6-mcastprefix",
            "ip6-allnodes",
            "ip6-allrouters",
            "ip6-allhosts",
            "host-gateway");

    /** What the names of our own variables begin with. */
    public static final String OWN_VARIABLES = "POCKETPAAS_";

    /** What the names of build arguments begin with that tell the engine's builder itself what to do; in any case. */
    public static final String BUILDERS_ARGUMENTS = "BUILDKIT_";

    /** What builds an app. */
    public static final List<String> BUILDERS = List.of("buildpacks", "dockerfile", "image", "static");

    /** The layers of an app's environment, a later one over an earlier one. {@code settings} is the manifest's. */
    public static final List<String> LAYERS = List.of("shared", "service", "settings", "operator");

    /** Signals that ask a process to end. */
    public static final List<String> SIGNALS =
            List.of("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH");

    /** Directories where a volume would hide what the container needs to start, or the app itself. */
    public static final List<String> VOLUME_WHOLE = List.of(
            "/",
            "/app",
            "/bin",
            "/boot",
            "/etc",
            "/home",
            "/lib",
            "/lib32",
            "/lib64",
            "/opt",
            "/root",
            "/sbin",
            "/tmp",
            "/usr",
            "/usr/bin",
            "/usr/lib",
            "/usr/sbin",
            "/usr/local",
            "/usr/local/bin",
            "/var");

    /** Directories in which no volume may be. */
    public static final List<String> VOLUME_BELOW = List.of("/proc", "/sys", "/dev", "/run", "/var/run");

    /** Capabilities that every container has (docs/security.md). */
    public static final List<String> CAPABILITIES_ALWAYS =
            List.of("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID");

    /** Capabilities that an app can ask for. */
    public static final List<String> CAPABILITIES_OPTIONAL =
            List.of("AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT");

    /** What a cron job does when its last run is still at work. */
    public static final List<String> JOB_OVERLAP = List.of("forbid", "replace", "allow");

    /** What a cron job does when its time has passed while the host was off. */
    public static final List<String> JOB_MISSED = List.of("skip", "run");

    /** What an app does while its volumes are copied for a backup. */
    public static final List<String> BACKUP_MODES = List.of("live", "pause", "stop", "hook");

    /** Types of remotes of rclone to which backups can go: those that need nothing of the machine that rclone runs on. */
    public static final List<String> RCLONE_TYPES = List.of(
            "azureblob",
            "b2",
            "box",
            "drive",
            "dropbox",
            "google cloud storage",
            "hidrive",
            "jottacloud",
            "koofr",
            "mega",
            "onedrive",
            "opendrive",
            "pcloud",
            "swift",
            "webdav",
            "yandex",
            "zoho");

    /** What a preview gets of a service that its app is linked to. */
    public static final List<String> PREVIEW_SERVICES = List.of("new", "copy", "share", "none");

    /** What a key may do: all, deploy its apps, deploy previews of them, look at them. */
    public static final List<String> ROLES = List.of("admin", "deploy", "preview", "read");

    /** How lines of logs are written that are sent by HTTPS: as Heroku does, or as objects. */
    public static final List<String> DRAIN_FORMATS = List.of("logplex", "json");

    /** Headers of such requests that are our own business, in lower case. */
    public static final List<String> DRAIN_HEADERS = List.of(
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "logplex-drain-token",
            "logplex-frame-id",
            "logplex-msg-count",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "user-agent");

    private static final List<String> STATUSES = List.of("pending", "good", "failed", "cancelled", "stored");

    private Words() {}

    /** All that the host looks at, by the name that it knows them by. */
    static Map<String, Object> forHost() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("reserved-variables", RESERVED_VARIABLES);
        all.put("reserved-host-names", RESERVED_HOST_NAMES);
        all.put("own-variables", List.of(OWN_VARIABLES));
        all.put("builders-arguments", List.of(BUILDERS_ARGUMENTS));
        all.put("builders", BUILDERS);
        all.put("layers", LAYERS);
        all.put("signals", SIGNALS);
        all.put("volume-whole", VOLUME_WHOLE);
        all.put("volume-below", VOLUME_BELOW);
        all.put("capabilities-always", CAPABILITIES_ALWAYS);
        all.put("capabilities-optional", CAPABILITIES_OPTIONAL);
        all.put("job-overlap", JOB_OVERLAP);
        all.put("job-missed", JOB_MISSED);
        all.put("backup-modes", BACKUP_MODES);
        all.put("rclone-types", RCLONE_TYPES);
        all.put("preview-services", PREVIEW_SERVICES);
        all.put("roles", ROLES);
        all.put("drain-formats", DRAIN_FORMATS);
        all.put("drain-headers", DRAIN_HEADERS);
        all.put("statuses", STATUSES);
        return Collections.unmodifiableMap(all);
    }
}
