package dev.pocketpaas.core.schedule;

import dev.pocketpaas.core.name.Printable;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneOffsetTransitionRule;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * When a job runs, as cron writes it: five fields, or a word such as {@code @daily}. Immutable.
 *
 * <p>As in cron, a job runs on a day that either of the two day fields names where both are restricted; a field that begins with an asterisk is
 * not restricted.
 */
public final class CronSchedule {
    private static final Map<String, String> WORDS = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *",
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *");
    private static final List<String> DAYS = List.of("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat");
    private static final int FIELDS = 5;

    /** The rules of a zone are those of any year to come. */
    private static final int SOME_YEAR = 2030;

    private final String text;
    private final SortedSet<Integer> minutes;
    private final SortedSet<Integer> hours;
    private final SortedSet<Integer> days;
    private final SortedSet<Integer> months;
    private final SortedSet<Integer> weekdays;
    private final boolean eitherDay;

    private CronSchedule(String text, List<String> fields) {
        this.text = text;
        this.minutes = CronField.MINUTE.parse(fields.get(0));
        this.hours = CronField.HOUR.parse(fields.get(1));
        this.days = CronField.DAY.parse(fields.get(2));
        this.months = CronField.MONTH.parse(fields.get(3));
        this.weekdays = CronField.WEEKDAY.parse(fields.get(4));
        this.eitherDay = !fields.get(2).startsWith("*") && !fields.get(4).startsWith("*");
    }

    /**
     * The schedule that {@code text} stands for.
     *
     * @throws BadSchedule when it stands for none
     */
    public static CronSchedule parse(String text) {
        String plain = text.strip().replaceAll("[ \\t]+", " ");
        String word = plain.toLowerCase(Locale.ROOT);
        if (word.startsWith("@") && !WORDS.containsKey(word)) {
            throw new BadSchedule(
                    "\"" + Printable.of(plain) + "\" is not a schedule",
                    "possible words: @hourly, @daily, @weekly, @monthly, @yearly");
        }
        List<String> fields = List.of(WORDS.getOrDefault(word, plain).split(" ", -1));
        if (fields.size() != FIELDS) {
            throw new BadSchedule(
                    "\"" + Printable.of(plain) + "\" is not a schedule: it needs five fields, and has "
                            + (plain.isEmpty() ? 0 : fields.size()),
                    "write minute, hour, day of the month, month and day of the week, for example \"0 3 * * *\"");
        }
        CronSchedule schedule = new CronSchedule(plain, fields);
        if (!schedule.canCome()) {
            throw new BadSchedule(
                    "\"" + Printable.of(plain) + "\" never comes: none of these months has such a day",
                    "look at the third and the fourth field");
        }
        return schedule;
    }

    /** As it was written, with single blanks. */
    public String text() {
        return text;
    }

    /** The same as lines for {@code OnCalendar=} (systemd.time(7)), of which each stands for times of its own. */
    public List<String> calendar(ZoneId zone) {
        List<String> lines = new ArrayList<>();
        // Where summer time ends, systemd passes over the hour that comes twice. A job of every hour is not to miss it.
        String name = isOfEveryHour() && hasWholeHours(zone) ? "UTC" : zone.getId();
        String time = hours(hours, CronField.HOUR) + ":" + hours(minutes, CronField.MINUTE) + ":00 " + name;
        if (eitherDay) {
            lines.add(date(CronField.DAY.isAll(days) ? "*" : two(days)) + " " + time);
            lines.add(weekdays() + date("*") + " " + time);
        } else {
            lines.add(weekdays() + date(CronField.DAY.isAll(days) ? "*" : two(days)) + " " + time);
        }
        return lines;
    }

    /** A time of the schedule that does not exist where summer time begins in {@code zone}; a job of every hour has others. */
    public Optional<LocalTime> lostTime(ZoneId zone) {
        for (ZoneOffsetTransitionRule rule : zone.getRules().getTransitionRules()) {
            ZoneOffsetTransition change = rule.createTransition(SOME_YEAR);
            if (!change.isGap()
                    || isOfEveryHour()
                    || !months.contains(change.getDateTimeBefore().getMonthValue())) {
                continue;
            }
            LocalDateTime end = change.getDateTimeAfter();
            for (LocalDateTime time = change.getDateTimeBefore(); time.isBefore(end); time = time.plusMinutes(1)) {
                if (hours.contains(time.getHour()) && minutes.contains(time.getMinute())) {
                    return Optional.of(time.toLocalTime());
                }
            }
        }
        return Optional.empty();
    }

    /** Whether nothing in it depends on what day, or what hour, it is. */
    private boolean isOfEveryHour() {
        return CronField.HOUR.isAll(hours)
                && CronField.DAY.isAll(days)
                && CronField.MONTH.isAll(months)
                && CronField.WEEKDAY.isAll(weekdays);
    }

    /** Whether minutes are the same as those of UTC, in winter and in summer. */
    private static boolean hasWholeHours(ZoneId zone) {
        ZoneRules rules = zone.getRules();
        boolean now =
                rules.getOffset(LocalDate.of(SOME_YEAR, 1, 1).atStartOfDay()).getTotalSeconds() % 3600 == 0;
        return now
                && rules.getTransitionRules().stream()
                        .allMatch(rule -> rule.getOffsetAfter().getTotalSeconds() % 3600 == 0);
    }

    private String date(String day) {
        return "*-" + (CronField.MONTH.isAll(months) ? "*" : two(months)) + "-" + day;
    }

    private String weekdays() {
        return CronField.WEEKDAY.isAll(weekdays)
                ? ""
                : weekdays.stream().map(DAYS::get).collect(Collectors.joining(",")) + " ";
    }

    private static String hours(SortedSet<Integer> numbers, CronField field) {
        return field.isAll(numbers) ? "*" : two(numbers);
    }

    private static String two(SortedSet<Integer> numbers) {
        return numbers.stream().map(number -> String.format("%02d", number)).collect(Collectors.joining(","));
    }

    private boolean canCome() {
        return eitherDay
                || months.stream()
                        .anyMatch(month -> days.first() <= Month.of(month).maxLength());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CronSchedule that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
