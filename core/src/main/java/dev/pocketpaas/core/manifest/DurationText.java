package dev.pocketpaas.core.manifest;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 30s}, {@code 2m}, {@code 1m30s}, {@code 1h}; a bare number is seconds. */
final class DurationText {
    static final String PATTERN = "[0-9]{1,5}|([0-9]{1,3}h)?([0-9]{1,4}m)?([0-9]{1,5}s)?";
    private static final Pattern FORM =
            Pattern.compile("(?:([0-9]{1,3})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,5})s)?|([0-9]{1,5})");

    private DurationText() {}

    static Duration parse(String text, Duration least, Duration most) throws BadValue {
        Matcher m = FORM.matcher(text);
        if (text.isEmpty() || !m.matches()) {
            throw new BadValue(ScalarType.quoted(text) + " is not a duration", "write 30s, 2m, 1m30s or 1h");
        }
        Duration duration = m.group(4) != null
                ? Duration.ofSeconds(Long.parseLong(m.group(4)))
                : Duration.ofHours(number(m, 1)).plusMinutes(number(m, 2)).plusSeconds(number(m, 3));
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
        if (seconds > 0 && seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds > 0 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
