package dev.pocketpaas.cli.render;

import java.util.Locale;
import java.util.Map;

/** The names of steps as people read them. */
final class StepText {
    private static final Map<String, String> RUNNING = Map.of(
            "push", "Pushing",
            "queue", "Waiting in line",
            "source", "Reading the source",
            "build", "Building",
            "release", "Running the release command",
            "start", "Starting",
            "check", "Checking",
            "routing", "Changing the routing",
            "switch", "Switching over",
            "drain", "Draining the old release");

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
