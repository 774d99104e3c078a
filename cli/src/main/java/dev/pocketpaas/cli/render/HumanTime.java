package dev.pocketpaas.cli.render;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;

/**
 * Formats times for people: recent ones as "5 min ago", older and future ones as local date and time.
 *
 * @param clock what time it is, and in which zone
 */
public record HumanTime(Clock clock) {
    /** How far a host's clock may be ahead. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    private static final Duration LATELY = Duration.ofDays(14);

    /** Formats {@code time} (RFC 3339). Other text is returned unchanged. */
    public String of(String time) {
        try {
            return of(Instant.parse(time));
        } catch (DateTimeException e) {
            return time;
        }
    }

    /** Formats a time to come as local date and time. Other text is returned unchanged. */
    public String at(String time) {
        try {
            return local(Instant.parse(time));
        } catch (DateTimeException e) {
            return time;
        }
    }

    private String local(Instant time) {
        return LocalDateTime.ofInstant(time, clock.getZone())
                .truncatedTo(ChronoUnit.MINUTES)
                .toString()
                .replace('T', ' ');
    }

    private String of(Instant time) {
        Duration past = Duration.between(time, clock.instant());
        if (past.compareTo(SKEW.negated()) < 0 || past.compareTo(LATELY) >= 0) {
            return local(time);
        }
        long seconds = Math.max(0, past.toSeconds());
        if (seconds < 120) {
            return seconds + " s ago";
        }
        if (seconds < 7200) {
            return past.toMinutes() + " min ago";
        }
        return past.toDays() < 2 ? past.toHours() + " h ago" : past.toDays() + " days ago";
    }
}
