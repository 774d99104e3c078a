package dev.pocketpaas.core.rules;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a setting of an app is where nobody says otherwise: seconds, bytes, or a count. Those of a host are in
 * {@code core.host.setting.HostSettings}.
 */
public final class HostDefaults {
    /** Seconds until the first good answer. */
    public static final int CHECK_DEADLINE = 60;

    /** The same of apps that start slowly, such as those of the JVM. The laptop sees which those are, and says so. */
    public static final int CHECK_DEADLINE_SLOW = 60;

    /** Seconds that requests of an old release may last after the switch. */
    public static final int DRAIN = 30;

    /** Seconds between the stop signal and SIGKILL. */
    public static final int STOP_TIMEOUT = 10;

    /** The port that an app hears on. */
    public static final int PORT = 5000;

    /** Bytes that a request's body may have. */
    public static final long HTTP_MAX_BODY = 50L << 20;

    /** Seconds that an app may be silent. */
    public static final int HTTP_TIMEOUT = 60;

    /** Bytes that the header of an answer may have. */
    public static final long HTTP_RESPONSE_HEADERS = 32L << 10;

    /** Seconds that one answer to a check may take. */
    public static final int CHECK_TIMEOUT = 5;

    /** Statuses that count as healthy. */
    public static final String CHECK_STATUS = "200-399";

    /** Seconds that a process must have run before it counts as up; web has to answer instead. */
    public static final int STAYS_UP = 2;

    /** How many processes of a type run. */
    public static final int SCALE = 1;

    /** Processes and threads of a container. */
    public static final int PIDS = 4096;

    /** Bytes of memory that a service gets. */
    public static final long SERVICE_MEMORY = 256L << 20;

    /** Seconds that a run of a cron job, or a detached command, may take. */
    public static final int JOB_TIMEOUT = 86_400;

    /** What a cron job does when its last run is still at work. */
    public static final String JOB_OVERLAP = "forbid";

    /** What a cron job does when its time has passed while the host was off. */
    public static final String JOB_MISSED = "skip";

    /** The time zone of a cron job. */
    public static final String JOB_TIMEZONE = "UTC";

    /** Of how many days, weeks and months the last backup is kept. */
    public static final String BACKUP_KEEP = "7 4 6";

    /** Seconds that a preview lasts after its last deploy: a week. */
    public static final int PREVIEW_TTL = 604_800;

    /** How many previews an app may have at a time. */
    public static final int PREVIEWS = 5;

    /** What a preview gets of a service: an empty database of its own. */
    public static final String PREVIEW_SERVICE = "new";

    private HostDefaults() {}

    static Map<String, Object> forHost() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("port", PORT);
        all.put("scale", SCALE);
        all.put("check-timeout", CHECK_TIMEOUT);
        // Twenty times a second: an app that is up is found so at once.
        all.put("check-interval", 0.05);
        all.put("check-status", CHECK_STATUS);
        all.put("check-deadline", CHECK_DEADLINE);
        all.put("stays-up", STAYS_UP);
        all.put("stop-timeout", STOP_TIMEOUT);
        all.put("drain", DRAIN);
        all.put("pids", PIDS);
        all.put("job-timeout", JOB_TIMEOUT);
        all.put("job-overlap", JOB_OVERLAP);
        all.put("job-missed", JOB_MISSED);
        all.put("job-timezone", JOB_TIMEZONE);
        all.put("http-max-body", HTTP_MAX_BODY);
        all.put("http-timeout", HTTP_TIMEOUT);
        all.put("http-response-headers", HTTP_RESPONSE_HEADERS);
        all.put("service-memory", SERVICE_MEMORY);
        all.put("backup-keep", BACKUP_KEEP);
        all.put("preview-ttl", PREVIEW_TTL);
        all.put("previews", PREVIEWS);
        all.put("preview-service", PREVIEW_SERVICE);
        return all;
    }
}
