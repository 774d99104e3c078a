package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.rules.HostDefaults;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.schedule.CronSchedule;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the section {@code cron}. Null stands for what the file does not say.
 *
 * @param schedule when it runs
 * @param command what runs
 * @param timezone the zone of the schedule
 * @param overlap what happens when the last run is still at work
 * @param missed what happens when its time has passed while the host was off
 * @param timeout how long a run may take
 */
public record CronJob(
        CronSchedule schedule,
        String command,
        @Nullable ZoneId timezone,
        @Nullable Overlap overlap,
        @Nullable Missed missed,
        @Nullable Duration timeout) {
    /** What happens when a job is due and its last run is still at work. */
    public enum Overlap {
        /** The new run is skipped. */
        FORBID,
        /** The old run ends first. */
        REPLACE,
        /** Both run. */
        ALLOW;

        /** The word in the file, and on the host. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What happens when the time of a job has passed while the host was off. */
    public enum Missed {
        /** Nothing. */
        SKIP,
        /** It runs once, as soon as the host is back. */
        RUN;

        /** The word in the file, and on the host. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final ScalarType<Overlap> OVERLAP_WORD = Scalars.choice("forbid, replace or allow", Overlap.class);

    private static final int LONGEST_NAME = 40;
    private static final Key<CronSchedule> SCHEDULE = Key.of(
            "schedule",
            Scalars.SCHEDULE,
            "When it runs: the five fields of cron (minute, hour, day of the month, month, day of the week), or "
                    + "`@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. Required.",
            "",
            "\"0 3 * * *\"",
            "cron",
            "when",
            "at",
            "every",
            "time");
    private static final Key<String> COMMAND = Key.of(
            "command",
            Scalars.COMMAND,
            "The command, a line for the shell in the app's container. Required.",
            "",
            "node nightly.js",
            "cmd",
            "run");
    private static final Key<ZoneId> TIMEZONE = Key.of(
            "timezone",
            Scalars.TIME_ZONE,
            "The time zone of the schedule, by its name in the tz database.",
            HostDefaults.JOB_TIMEZONE,
            "Europe/Berlin",
            "time-zone",
            "tz",
            "zone");
    private static final Key<Overlap> OVERLAP = Key.of(
            "overlap",
            OVERLAP_WORD,
            "What happens if the last run is still at work: `forbid` skips the new run, `replace` stops the old one "
                    + "first, `allow` runs both.",
            HostDefaults.JOB_OVERLAP,
            "replace",
            "concurrency",
            "concurrency-policy",
            "concurrency_policy");
    private static final Key<Missed> MISSED = Key.of(
            "missed",
            Scalars.choice("skip or run", Missed.class),
            "What happens if its time passes while the host is off: `skip`, or `run` it once when the host is back.",
            HostDefaults.JOB_MISSED,
            "run",
            "catch-up",
            "persistent");
    private static final Key<Duration> TIMEOUT = Key.of(
            "timeout",
            Scalars.duration(NumberLimit.JOB_TIMEOUT),
            "How long a run may take. Then it gets the stop signal, and after `stop-timeout` it is killed.",
            HostDefaults.JOB_TIMEOUT / 3600 + "h",
            "1h",
            "limit",
            "max-time");

    static final Section<CronJob> SECTION = new Section<>(
            "a mapping with \"schedule\" and \"command\"",
            List.of(SCHEDULE, COMMAND, TIMEZONE, OVERLAP, MISSED, TIMEOUT),
            CronJob::make);

    /** The zone in which the schedule is meant. */
    public ZoneId zone() {
        return timezone == null ? ZoneId.of(HostDefaults.JOB_TIMEZONE) : timezone;
    }

    /** A name for a job that has none: its command in the letters of a name, and a number where that is taken. */
    static String name(String command, Set<String> taken) {
        String letters =
                command.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceFirst("^[-0-9]+", "");
        String base = letters.isEmpty() ? "job" : letters.substring(0, Math.min(letters.length(), LONGEST_NAME - 4));
        base = base.replaceFirst("-+$", "");
        String name = base;
        for (int number = 2; taken.contains(name); number++) {
            name = base + "-" + number;
        }
        return name;
    }

    private static @Nullable CronJob make(Section.Values values) {
        for (Key<?> key : List.of(SCHEDULE, COMMAND)) {
            if (!values.states(key)) {
                values.report(
                        "the cron job has no \"" + key.name() + "\"", "add: " + key.name() + ": " + key.example());
            }
        }
        @Nullable CronSchedule schedule = values.get(SCHEDULE);
        @Nullable String command = values.get(COMMAND);
        if (schedule == null || command == null) {
            return null;
        }
        return new CronJob(
                schedule, command, values.get(TIMEZONE), values.get(OVERLAP), values.get(MISSED), values.get(TIMEOUT));
    }
}
