package dev.pocketpaas.cli.render;

import java.util.Locale;
import java.util.Map;

/** The names of steps as people read them. */
final class StepText {
    private static final Map<String, String> RUNNING = Map.ofEntries(
            Map.entry("push", "Pushing"),
            Map.entry("queue", "Waiting in line"),
            Map.entry("source", "Reading the source"),
            Map.entry("build", "Building"),
            Map.entry("release", "Running the release command"),
            Map.entry("start", "Starting"),
            Map.entry("check", "Checking"),
            Map.entry("routing", "Changing the routing"),
            Map.entry("switch", "Switching over"),
            Map.entry("drain", "Draining the old release"),
            Map.entry("stop", "Stopping"));

    private StepText() {}

    /** What {@code step} does; a step that has no text of its own is named as it is. */
    static String of(String step) {
        String known = RUNNING.get(step);
        if (known != null) {
            return known;
        }
        return step.isEmpty() ? step : step.substring(0, 1).toUpperCase(Locale.ROOT) + step.substring(1);
    }
}
