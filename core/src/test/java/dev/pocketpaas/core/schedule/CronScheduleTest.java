package dev.pocketpaas.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.rules.Patterns;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronScheduleTest {
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    * * * * *            | *-*-* *:*:00 UTC
                    0 3 * * *            | *-*-* 03:00:00 UTC
                    */15 * * * *         | *-*-* *:00,15,30,45:00 UTC
                    5/20 * * * *         | *-*-* *:05,25,45:00 UTC
                    0 8-18/4 * * 1-5     | Mon,Tue,Wed,Thu,Fri *-*-* 08,12,16:00:00 UTC
                    0 0 * * 0            | Sun *-*-* 00:00:00 UTC
                    0 0 * * 7            | Sun *-*-* 00:00:00 UTC
                    0 0 * * 5-7          | Sun,Fri,Sat *-*-* 00:00:00 UTC
                    0 0 * * sun,MON      | Sun,Mon *-*-* 00:00:00 UTC
                    0 0 * * 0-7          | *-*-* 00:00:00 UTC
                    0 0 1 jan,jul *      | *-01,07-01 00:00:00 UTC
                    0 0 */10 * *         | *-*-01,11,21,31 00:00:00 UTC
                    0 0 */2 * 1          | Mon *-*-01,03,05,07,09,11,13,15,17,19,21,23,25,27,29,31 00:00:00 UTC
                    0 0 29 2 *           | *-02-29 00:00:00 UTC
                    0   0\t1  1    *     | *-01-01 00:00:00 UTC
                    @hourly              | *-*-* *:00:00 UTC
                    @daily               | *-*-* 00:00:00 UTC
                    @Weekly              | Sun *-*-* 00:00:00 UTC
                    @monthly             | *-*-01 00:00:00 UTC
                    @yearly              | *-01-01 00:00:00 UTC
                    """)
    void whatSystemdIsTold(String cron, String calendar) {
        assertThat(CronSchedule.parse(cron).calendar(UTC)).containsExactly(calendar);
        assertThat(calendar).matches(Patterns.CALENDAR);
    }

    @Test
    void aDayOfEitherFieldCounts() {
        List<String> lines = CronSchedule.parse("30 4 13 * 5").calendar(BERLIN);

        assertThat(lines)
                .containsExactly("*-*-13 04:30:00 Europe/Berlin", "Fri *-*-* 04:30:00 Europe/Berlin")
                .allMatch(line -> line.matches(Patterns.CALENDAR));
        // A day that no month has never comes; the other field does.
        assertThat(CronSchedule.parse("0 0 31 2 1").calendar(UTC)).hasSize(2);
    }

    @Test
    void aJobOfEveryHourPassesOverNone() {
        assertThat(CronSchedule.parse("*/15 * * * *").calendar(BERLIN)).containsExactly("*-*-* *:00,15,30,45:00 UTC");
        // Half past there is not half past here.
        assertThat(CronSchedule.parse("0 * * * *").calendar(ZoneId.of("Asia/Kolkata")))
                .containsExactly("*-*-* *:00:00 Asia/Kolkata");
        assertThat(CronSchedule.parse("0 * * * *").calendar(ZoneId.of("Australia/Lord_Howe")))
                .containsExactly("*-*-* *:00:00 Australia/Lord_Howe");
        assertThat(CronSchedule.parse("0 * * * 1").calendar(BERLIN)).containsExactly("Mon *-*-* *:00:00 Europe/Berlin");
    }

    @Test
    void aTimeThatDoesNotExistWhereSummerTimeBegins() {
        assertThat(CronSchedule.parse("30 2 * * *").lostTime(BERLIN)).contains(LocalTime.of(2, 30));
        assertThat(CronSchedule.parse("30 2 * 6 *").lostTime(BERLIN)).isEmpty();
        assertThat(CronSchedule.parse("30 3 * * *").lostTime(BERLIN)).isEmpty();
        assertThat(CronSchedule.parse("30 2 * * *").lostTime(UTC)).isEmpty();
        assertThat(CronSchedule.parse("*/5 * * * *").lostTime(BERLIN)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''               | needs five fields, and has 0
                    0 3 * *          | needs five fields, and has 4
                    0 0 3 * * *      | needs five fields, and has 6
                    60 * * * *       | "60" is not a valid minute
                    * 24 * * *       | "24" is not a valid hour
                    * * 0 * *        | "0" is not a valid day of the month
                    * * L * *        | "L" is not a valid day of the month
                    * * * 13 *       | "13" is not a valid month
                    * * * * 8        | "8" is not a valid day of the week
                    * * * * mon#2    | "mon#2" is not a valid day of the week
                    */0 * * * *      | "*/0" is not a valid minute
                    1,,2 * * * *     | "1,,2" is not a valid minute
                    9-5 * * * *      | "9-5" is not a valid minute
                    1-2-3 * * * *    | "1-2-3" is not a valid minute
                    1/2/3 * * * *    | "1/2/3" is not a valid minute
                    0 0 31 2,4 *     | never comes
                    @reboot          | "@reboot" is not a schedule
                    """)
    void whatIsNoSchedule(String cron, String message) {
        assertThatThrownBy(() -> CronSchedule.parse(cron))
                .isInstanceOf(BadSchedule.class)
                .hasMessageContaining(message);
    }
}
