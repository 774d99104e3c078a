package dev.pocketpaas.core.rules;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Regular expressions for names and words, each for a whole text; in the part of the language that Java's {@code Pattern} and Python's
 * {@code re} share.
 */
public final class Patterns {
    /** The name of an app: a DNS label of at most 40 characters that begins with a letter. */
    public static final String APP = "[a-z]([a-z0-9-]{0,38}[a-z0-9])?";

    /** A process type. */
    public static final String PROCESS_TYPE = "[A-Za-z][A-Za-z0-9_-]{0,29}";

    /** An environment variable (POSIX "name"). */
    public static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]{0,127}";

    /** A build argument of a Dockerfile. */
    public static final String BUILD_ARGUMENT = "[A-Za-z_][A-Za-z0-9_]{0,127}";

    /** The name of an SSH key. */
    public static final String KEY = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";

    /** The name of a machine of a cluster. */
    public static final String NODE = "[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?";

    /** The name of a label of a machine. No dot: those with one are ours or Docker's. */
    public static final String NODE_LABEL = "[a-z]([a-z0-9-]{0,38}[a-z0-9])?";

    /** The value of a label of a machine. */
    public static final String NODE_LABEL_VALUE = "[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?";

    /** Who may see an app by HTTP basic auth. */
    public static final String VISITOR = "[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}";

    /** The name of a service. */
    public static final String SERVICE = "[a-z]([a-z0-9-]{0,28}[a-z0-9])?";

    /** A kind of service and, after a colon, its major version. */
    public static final String SERVICE_TYPE = "[a-z]{1,20}(:[0-9]{1,4}(\\.[0-9]{1,4})?)?";

    /** The name of a cron job. */
    public static final String JOB = "[a-z][a-z0-9_-]{0,39}";

    /** The name of a time zone. */
    public static final String ZONE = "[A-Z][A-Za-z0-9_+-]{0,30}(/[A-Z][A-Za-z0-9_+-]{0,30}){0,2}";

    /** The id of a backup: that of a snapshot of restic. */
    public static final String BACKUP = "[0-9a-f]{8}";

    /** Where backups go: a directory of the host, a bucket, a directory of another machine, or one behind a remote of rclone. */
    public static final String BACKUP_DESTINATION = "(?!.*/\\.\\.?(/|$))(/[A-Za-z0-9_][A-Za-z0-9._-]*)+"
            + "|s3:https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9_][A-Za-z0-9._-]*)+"
            + "|sftp:[A-Za-z0-9_][A-Za-z0-9._-]{0,63}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?(/[A-Za-z0-9_][A-Za-z0-9._-]*)+"
            + "|rclone:[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}:[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*";

    /**
     * An option of a remote of rclone. What names a file, a command or an account of the machine that reads it is none: it would be of another
     * machine, and a command would run there.
     */
    public static final String RCLONE_OPTION =
            "(?!([a-z0-9_]*_)?(file|path|command|socket)s?$)(?!(env_auth|use_msi|use_az)$)[a-z][a-z0-9_]{0,59}";

    /** The fingerprint of an SSH key, as ssh shows it. */
    public static final String FINGERPRINT = "SHA256:[A-Za-z0-9+/]{43}";

    /** Where logs are sent: a name or an IPv4 address, and a port if it is not the usual one. */
    public static final String DRAIN_TARGET =
            "syslog\\+(tls|tcp)://[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[1-9][0-9]{0,4})?";

    /** The same by HTTPS: with a login, if need be, and a path and query as a log service gives them. */
    public static final String DRAIN_URL = "https://([A-Za-z0-9._~%!$&'()*+,;=:-]{1,500}@)?"
            + "[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[1-9][0-9]{0,4})?"
            + "([/?][A-Za-z0-9._~%!$&'()*+,;=:@/?-]{0,1500})?";

    /** A header of such requests: its name and its value, without white space around it. */
    public static final String DRAIN_HEADER = "[A-Za-z0-9-]{1,64}:[!-~]([ -~]{0,1998}[!-~])?";

    /** A time of the day. */
    public static final String TIME_OF_DAY = "([01][0-9]|2[0-3]):[0-5][0-9]";

    private static final String TWO_DIGITS = "(\\*|[0-9]{2}(,[0-9]{2})*)";

    private static final String WEEKDAY = "(Sun|Mon|Tue|Wed|Thu|Fri|Sat)";

    /** When a cron job runs, as a part of systemd.time(7): what CronSchedule writes. */
    public static final String CALENDAR = "(" + WEEKDAY + "(," + WEEKDAY + ")* )?\\*-" + TWO_DIGITS + "-" + TWO_DIGITS
            + " " + TWO_DIGITS + ":" + TWO_DIGITS + ":00 " + ZONE;

    /** A label of a domain name (RFC 1123). */
    public static final String DOMAIN_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

    /** A branch: the rules of git-check-ref-format, and no more letters than anybody uses. */
    public static final String BRANCH = "(?!refs/heads/)(?!.*\\.\\.)(?!.*//)(?!.*/\\.)(?!.*\\.lock(/|$))"
            + "[A-Za-z0-9_]([A-Za-z0-9._/@+-]*[A-Za-z0-9_@+-])?";

    /** The name of a volume. */
    public static final String VOLUME_NAME = "[a-z0-9][a-z0-9_-]{0,39}";

    /** The path of a page. */
    public static final String URL_PATH = "/[\\]!-Z_a-z~\\[]{0,500}";

    private static final String BLANK = " \\t\\x0b\\f\\r";

    /** A line of a Procfile that is a process: its type, and its command without the white space around it. */
    public static final String PROCFILE_LINE =
            "(" + PROCESS_TYPE + "):[" + BLANK + "]*([^" + BLANK + "](?:.*[^" + BLANK + "])?)[" + BLANK + "]*";

    /** A line of a Procfile that says nothing: empty, or a comment. */
    public static final String PROCFILE_EMPTY = "[" + BLANK + "]*(#.*)?";

    /** A command: no control characters but ends of lines and tabs, and more than white space. */
    public static final String COMMAND = "[ \\t\\n]*[^\\x00-\\x20\\x7f-\\x9f][^\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]*";

    /** The path of a file in the source: relative, without {@code .} and {@code ..}. */
    public static final String SOURCE_PATH =
            "(?!(.*/)?\\.\\.?(/|$))(?!.*//)(?!.*/$)[A-Za-z0-9_.][A-Za-z0-9_./-]{0,199}";

    /** A reference to an image, as {@code docker pull} takes it. */
    public static final String IMAGE_REFERENCE = "([A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?/)?"
            + "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*"
            + "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?";

    /** A registry of images: a host name in lower case, with its port if it has an unusual one. */
    public static final String REGISTRY = "[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?";

    /** The name of an account at a registry. */
    public static final String REGISTRY_USER = "[!-9;-~][!-9;-~ ]{0,254}";

    /** A buildpack: a name that hosts know, or an address without a login. */
    public static final String BUILDPACK = "(urn:buildpack:)?[a-z0-9][a-z0-9._-]{0,99}(/[a-z0-9][a-z0-9._-]{0,99})?"
            + "|[a-z][a-z0-9+.-]{0,19}://(?![^/]*@)[!-~]{1,500}";

    /** A status of HTTP, or a range of them. */
    public static final String STATUS_RANGE = "[1-5][0-9][0-9](-[1-5][0-9][0-9])?";

    /** An IPv4 address; no leading zeros, which some take for octal numbers. */
    public static final String IPV4 =
            "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])" + "(\\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}";

    /** A path in a value tree: no part begins with a dot. */
    public static final String TREE_PATH = "[A-Za-z0-9_][A-Za-z0-9_.@-]*(/[A-Za-z0-9_][A-Za-z0-9_.@-]*)*";

    /** The id of an object of git. */
    public static final String COMMIT = "[0-9a-f]{40}";

    /** A SHA-256. */
    public static final String SHA256 = "[0-9a-f]{64}";

    /** An argument of a verb. */
    public static final String ARGUMENT = "[A-Za-z0-9._:/@=+,-]+";

    private Patterns() {}

    /** All that the host looks at, by the name that it knows them by. */
    static Map<String, Object> forHost() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("app", APP);
        all.put("type", PROCESS_TYPE);
        all.put("variable", VARIABLE);
        all.put("build-argument", BUILD_ARGUMENT);
        all.put("key", KEY);
        all.put("node", NODE);
        all.put("node-label", NODE_LABEL);
        all.put("node-label-value", NODE_LABEL_VALUE);
        all.put("visitor", VISITOR);
        all.put("service", SERVICE);
        all.put("service-type", SERVICE_TYPE);
        all.put("job", JOB);
        all.put("zone", ZONE);
        all.put("calendar", CALENDAR);
        all.put("backup", BACKUP);
        all.put("backup-destination", BACKUP_DESTINATION);
        all.put("rclone-option", RCLONE_OPTION);
        all.put("fingerprint", FINGERPRINT);
        all.put("drain-target", DRAIN_TARGET);
        all.put("drain-url", DRAIN_URL);
        all.put("drain-header", DRAIN_HEADER);
        all.put("time-of-day", TIME_OF_DAY);
        all.put("release", "[1-9][0-9]{0,8}");
        all.put("commit", COMMIT);
        all.put("sha256", SHA256);
        all.put("number", "0|[1-9][0-9]{0,14}");
        all.put("domain", "(\\*\\.)?(" + DOMAIN_LABEL + "\\.)+" + DOMAIN_LABEL);
        all.put("ipv4", IPV4);
        all.put("range", "(" + IPV4 + "|[0-9a-fA-F.]*:[0-9a-fA-F:.]*)(/[0-9]{1,3})?");
        all.put("branch", BRANCH);
        all.put("path", TREE_PATH);
        all.put("argument", ARGUMENT);
        all.put("image", "sha256:[0-9a-f]{64}");
        all.put("work", "[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}");
        all.put("volume-name", VOLUME_NAME);
        all.put("url-path", URL_PATH);
        all.put("status-range", STATUS_RANGE);
        all.put("procfile-line", PROCFILE_LINE);
        all.put("procfile-empty", PROCFILE_EMPTY);
        all.put("command", COMMAND);
        all.put("source-path", SOURCE_PATH);
        all.put("image-reference", IMAGE_REFERENCE);
        all.put("registry", REGISTRY);
        all.put("registry-user", REGISTRY_USER);
        all.put("buildpack", BUILDPACK);
        return Collections.unmodifiableMap(all);
    }
}
