package dev.pocketpaas.cli.render;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Measures steps between their start and end. */
public final class StepTimes {
    private final Clock clock;
    private final Map<String, Instant> started = new HashMap<>();

    StepTimes(Clock clock) {
        this.clock = clock;
    }

    void start(String step) {
        started.put(step, clock.instant());
    }

    /** How long {@code step} took, for example {@code 1.2 s}; empty if its start was not seen. */
    String end(String step) {
        Instant start = started.remove(step);
        return start == null ? "" : text(Duration.between(start, clock.instant()));
    }

    /** How long {@code step} has run, in whole seconds, for example {@code 12 s}; empty in its first second. */
    String soFar(String step) {
        Instant start = started.get(step);
        long seconds =
                start == null ? 0 : Duration.between(start, clock.instant()).toSeconds();
        return seconds < 1 ? "" : seconds < 60 ? seconds + " s" : (seconds / 60) + " min " + (seconds % 60) + " s";
    }

    public static String text(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds >= 60) {
            return (seconds / 60) + " min " + (seconds % 60) + " s";
        }
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
