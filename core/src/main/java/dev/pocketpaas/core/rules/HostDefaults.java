package dev.pocketpaas.core.rules;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a setting is where nobody says otherwise: seconds, bytes, megabytes, percent, or a count. */
public final class HostDefaults {
    /** Seconds until the first good answer. */
    public static final int CHECK_DEADLINE = 60;

    /** Seconds that requests of an old release may last after the switch. */
    public static final int DRAIN = 30;

    /** Seconds between the stop signal and SIGKILL. */
    public static final int STOP_TIMEOUT = 10;

    /** The port that an app hears on. */
    public static final int PORT = 5000;

    private HostDefaults() {}

    static Map<String, Object> forHost() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("port", PORT);
        all.put("scale", 1);
        all.put("check-timeout", 5);
        // Twenty times a second: an app that is up is found so at once.
        all.put("check-interval", 0.05);
        all.put("check-deadline", CHECK_DEADLINE);
        all.put("stays-up", 2);
        all.put("stop-timeout", STOP_TIMEOUT);
        all.put("drain", DRAIN);
        all.put("pids", 4096);
        all.put("disk-needed", 1024);
        all.put("disk-warning", 85);
        all.put("keep-releases", 5);
        all.put("build-timeout", 900);
        all.put("build-silence", 600);
        all.put("subnets", "10.213.0.0/16");
        all.put("http-max-body", 50L * 1024 * 1024);
        all.put("http-timeout", 60);
        return all;
    }
}
