package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses times in the past. */
final class Since {
    private static final Pattern AGO = Pattern.compile("([0-9]{1,6})(s|m|h|d)");

    private Since() {}

    /** {@code 10m}, {@code 2h}, {@code 3d} ago, or a time of ISO 8601 with its zone. */
    static Instant parse(String text, Clock clock) {
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            long amount = Long.parseLong(ago.group(1));
            Duration duration = switch (ago.group(2)) {
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
            return clock.instant().minus(duration);
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw PocketException.usage(
                    "\"" + Printable.of(text) + "\" is not a time", "write 10m, 2h, 3d, or 2026-11-22T10:00:00Z");
        }
    }
}
