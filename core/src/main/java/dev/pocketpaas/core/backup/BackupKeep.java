package dev.pocketpaas.core.backup;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.NumberLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which backups are kept: the last one of so many days, weeks and months.
 *
 * @param days how many days
 * @param weeks how many weeks
 * @param months how many months
 */
public record BackupKeep(int days, int weeks, int months) {
    private static final Pattern PART = Pattern.compile("([0-9]{1,3})([dwm])");

    /** Checks the numbers. */
    public BackupKeep {
        for (int number : List.of(days, weeks, months)) {
            if (!NumberLimit.BACKUP_KEEP.holds(number)) {
                throw PocketException.usage(number + " backups cannot be kept", "--keep 7d,4w,6m");
            }
        }
        if (days + weeks + months == 0) {
            throw PocketException.usage("at least one backup has to be kept", "--keep 7d,4w,6m");
        }
    }

    /** As people write it: {@code 7d,4w,6m}; what is not named is not kept. */
    public static BackupKeep parse(String text) {
        int[] numbers = new int[3];
        String seen = "";
        for (String part : text.split(",", -1)) {
            Matcher found = PART.matcher(part.strip());
            if (!found.matches()) {
                throw PocketException.usage(
                        "\"" + Printable.of(text) + "\" does not say which backups to keep",
                        "days, weeks and months: --keep 7d,4w,6m");
            }
            String unit = found.group(2);
            if (seen.contains(unit)) {
                throw PocketException.usage(
                        "\"" + Printable.of(text) + "\" says twice how many of \"" + unit + "\" to keep",
                        "each of d, w and m once: --keep 7d,4w,6m");
            }
            seen += unit;
            numbers["dwm".indexOf(unit)] = Integer.parseInt(found.group(1));
        }
        return new BackupKeep(numbers[0], numbers[1], numbers[2]);
    }

    /** What the host holds: {@code 7 4 6}. */
    static BackupKeep ofHost(String text) {
        String[] numbers = text.split(" ", -1);
        return new BackupKeep(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
    }

    String forHost() {
        return days + " " + weeks + " " + months;
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (days > 0) {
            parts.add(days + "d");
        }
        if (weeks > 0) {
            parts.add(weeks + "w");
        }
        if (months > 0) {
            parts.add(months + "m");
        }
        return String.join(",", parts);
    }
}
