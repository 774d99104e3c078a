package dev.pocketpaas.core.rules;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The names of an operation's steps as people read them, on the laptop and behind {@code git push}. */
public final class StepTitles {
    private static final Map<String, String> TITLES = titles();

    private StepTitles() {}

    private static Map<String, String> titles() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("push", "Pushing");
        all.put("queue", "Waiting in line");
        all.put("source", "Reading the source");
        all.put("build", "Building");
        all.put("release", "Running the release command");
        all.put("start", "Starting");
        all.put("check", "Checking");
        all.put("routing", "Changing the routing");
        all.put("certificate", "Getting a certificate");
        all.put("probe", "Looking from here");
        all.put("switch", "Switching over");
        all.put("drain", "Draining the old release");
        all.put("stop", "Stopping");
        return Collections.unmodifiableMap(all);
    }

    /** What {@code step} does; a step that has no title is named as it is. */
    public static String of(String step) {
        String known = TITLES.get(step);
        if (known != null) {
            return known;
        }
        return step.isEmpty() ? step : step.substring(0, 1).toUpperCase(Locale.ROOT) + step.substring(1);
    }

    static Map<String, Object> forHost() {
        return Collections.unmodifiableMap(TITLES);
    }
}
