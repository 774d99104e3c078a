package dev.pocketpaas.core.manifest;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 30s}, {@code 2m}, {@code 1m30s}, {@code 1h}, {@code 7d}; a bare number is seconds. */
final class DurationText {
    static final String PATTERN = "[0-9]{1,5}|([0-9]{1,3}d)?([0-9]{1,3}h)?([0-9]{1,4}m)?([0-9]{1,5}s)?";
    private static final Pattern FORM =
            Pattern.compile("(?:([0-9]{1,3})d)?(?:([0-9]{1,3})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,5})s)?|([0-9]{1,5})");
    private static final long DAY = 86_400;

    private DurationText() {}

    static Duration parse(String text, Duration least, Duration most) throws BadValue {
        Matcher m = FORM.matcher(text);
        if (text.isEmpty() || !m.matches()) {
            throw new BadValue(ScalarType.quoted(text) + " is not a duration", "write 30s, 2m, 1m30s, 1h or 7d");
        }
        Duration duration = m.group(5) != null
                ? Duration.ofSeconds(Long.parseLong(m.group(5)))
                : Duration.ofDays(number(m, 1))
                        .plusHours(number(m, 2))
                        .plusMinutes(number(m, 3))
                        .plusSeconds(number(m, 4));
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is out of range", "from " + format(least) + " to " + format(most));
        }
        return duration;
    }

    private static long number(Matcher m, int group) {
        return m.group(group) == null ? 0 : Long.parseLong(m.group(group));
    }

    /** The shortest form in one unit. */
    static String format(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds > DAY && seconds % DAY == 0) {
            return seconds / DAY + "d";
        }
        if (seconds > 0 && seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds > 0 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
