package dev.pocketpaas.core.schedule;

import dev.pocketpaas.core.name.Printable;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One of the five fields of a schedule: which numbers it stands for.
 *
 * @param label what messages call it
 * @param least its least number
 * @param most its greatest number
 * @param names names of its numbers, the first one for {@code least}; empty where it has none
 */
record CronField(String label, int least, int most, List<String> names) {
    static final CronField MINUTE = new CronField("minute", 0, 59, List.of());
    static final CronField HOUR = new CronField("hour", 0, 23, List.of());
    static final CronField DAY = new CronField("day of the month", 1, 31, List.of());
    static final CronField MONTH = new CronField(
            "month",
            1,
            12,
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"));

    /** From Sunday to Sunday: 7 is 0. */
    static final CronField WEEKDAY =
            new CronField("day of the week", 0, 7, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat"));

    private static final int SUNDAY_AGAIN = 7;

    /** The numbers of {@code text}: a list of {@code *}, numbers, names, ranges, each with or without a step. */
    SortedSet<Integer> parse(String text) {
        SortedSet<Integer> found = new TreeSet<>();
        for (String item : text.split(",", -1)) {
            String[] parts = item.split("/", -1);
            if (parts.length > 2) {
                throw wrong(text, "a step is written once, for example */5");
            }
            int step = parts.length == 2 ? step(text, parts[1]) : 1;
            range(text, parts[0], parts.length == 2, step, found);
        }
        if (this == WEEKDAY && found.remove(SUNDAY_AGAIN)) {
            found.add(0);
        }
        return found;
    }

    private void range(String text, String range, boolean stepped, int step, SortedSet<Integer> found) {
        String[] ends = range.split("-", -1);
        if (ends.length > 2) {
            throw wrong(text, "a range has two ends, for example 1-5");
        }
        boolean all = range.equals("*");
        // "*" of the days of the week ends with Saturday.
        int last = this == WEEKDAY ? most - 1 : most;
        int from = all ? least : number(text, ends[0]);
        int to = all ? last : ends.length == 2 ? number(text, ends[1]) : stepped ? last : from;
        if (to < from) {
            throw wrong(text, "a range goes from the smaller number to the greater one");
        }
        for (int value = from; value <= to; value += step) {
            found.add(value);
        }
    }

    private int step(String text, String step) {
        if (!step.matches("[1-9][0-9]{0,2}")) {
            throw wrong(text, "a step is a number from 1 on, for example */5");
        }
        return Integer.parseInt(step);
    }

    private int number(String text, String word) {
        int named = names.indexOf(word.toLowerCase(Locale.ROOT));
        if (named >= 0) {
            return least + named;
        }
        int value = word.matches("[0-9]{1,3}") ? Integer.parseInt(word) : -1;
        if (value < least || value > most) {
            throw wrong(
                    text,
                    "possible: * and " + least + " to " + most
                            + (names.isEmpty() ? "" : ", or " + names.get(0) + " to " + names.get(names.size() - 1)));
        }
        return value;
    }

    private BadSchedule wrong(String text, String advice) {
        return new BadSchedule("\"" + Printable.of(text) + "\" is not a valid " + label, advice);
    }

    /** Whether the numbers are all there are. */
    boolean isAll(SortedSet<Integer> numbers) {
        return numbers.size() == (this == WEEKDAY ? most : most - least + 1);
    }
}
