package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Cron jobs over everything that a year brings: {@code mvn verify -Pjobs}. */
@Tag("jobs")
@ExtendWith(TestDroplet.Shared.class)
class CronMatrixIT {
    /** The times of a timer as systemd reckons them: from a moment on, in seconds. */
    private static final String TIMES =
            "TZ=UTC systemd-analyze calendar --iterations=%d --base-time=@$(date -d '%s UTC' +%%s) "
                    + "\"$(sed -n 's/^OnCalendar=//p' /etc/systemd/system/pocketpaas-cron-%s.timer)\" "
                    + "| sed -n 's/^ *\\(Next elapse\\|Iter. #[0-9]*\\): //p' | tr '\\n' ';'";

    @Test
    void bothChangesOfSummerTime(TestDroplet droplet) {
        TestApp app = TestApp.create(
                droplet,
                "summer",
                "cron:",
                "  gap: { schedule: '30 2 * * *', timezone: Europe/Berlin, command: 'true' }",
                "  often: { schedule: '*/30 * * * *', timezone: Europe/Berlin, command: 'true' }",
                "  three: { schedule: '0 3 * * *', timezone: Europe/Berlin, command: 'true' }");
        assertThat(app.must("deploy").err())
                .contains("cron job gap: 02:30 does not exist in Europe/Berlin on the day summer time begins");

        assertThat(times(droplet, 2, "2027-03-27 12:00", "summer_gap"))
                .isEqualTo("Mon 2027-03-29 00:30:00 UTC;Tue 2027-03-30 00:30:00 UTC;");
        assertThat(times(droplet, 2, "2027-03-27 12:00", "summer_three"))
                .isEqualTo("Sun 2027-03-28 01:00:00 UTC;Mon 2027-03-29 01:00:00 UTC;");
        assertThat(times(droplet, 2, "2027-10-30 12:00", "summer_gap"))
                .isEqualTo("Sun 2027-10-31 00:30:00 UTC;Mon 2027-11-01 01:30:00 UTC;");
        assertThat(times(droplet, 2, "2027-10-30 12:00", "summer_three"))
                .isEqualTo("Sun 2027-10-31 02:00:00 UTC;Mon 2027-11-01 02:00:00 UTC;");
        assertThat(times(droplet, 5, "2027-10-30 23:59", "summer_often"))
                .isEqualTo("Sun 2027-10-31 00:00:00 UTC;Sun 2027-10-31 00:30:00 UTC;Sun 2027-10-31 01:00:00 UTC;"
                        + "Sun 2027-10-31 01:30:00 UTC;Sun 2027-10-31 02:00:00 UTC;");
        app.destroy();
    }

    private static String times(TestDroplet droplet, int count, String from, String job) {
        return droplet.inside(TIMES.formatted(count, from, job)).out();
    }

    @Test
    void jobsThatTakeLongerThanTheirPeriod(TestDroplet droplet) {
        String job = ": { schedule: '* * * * *', command: 'echo begin; sleep 75; echo end', overlap: ";
        TestApp app = TestApp.create(
                droplet,
                "longer",
                "stop-timeout: 1s",
                "cron:",
                "  a" + job + "allow }",
                "  f" + job + "forbid }",
                "  r" + job + "replace }");
        app.must("deploy");
        // Shown as long as the skipped one is the newest, which is until the next minute.
        Polling.until(
                Duration.ofMinutes(5),
                () -> app.must("cron").out().lines().anyMatch(line -> line.matches("f .* skipped .*still at work.*")),
                () -> app.must("cron").out());
        Polling.until(
                Duration.ofMinutes(5),
                () -> count(app, "f", "begin") >= 2 && count(app, "a", "begin") >= 3,
                () -> app.must("cron").out());

        assertThat(count(app, "f", "begin") - count(app, "f", "end"))
                .as("never two at once")
                .isBetween(0, 1);
        assertThat(count(app, "r", "end")).as("replaced before its end").isZero();
        assertThat(app.must("cron").out()).containsPattern("\nr .* replaced");
        assertThat(count(app, "a", "end")).isPositive();
        app.destroy();
        assertThat(droplet.inside("docker ps -aq --filter label=pocketpaas.slot=cron")
                        .out())
                .isEmpty();
    }

    private static int count(TestApp app, String job, String word) {
        return (int) app.must("logs", "--cron", job)
                .out()
                .lines()
                .filter(line -> line.endsWith(" " + word))
                .count();
    }

    @Test
    void theEngineDiesInMidJob(TestDroplet droplet) {
        TestApp app = TestApp.create(
                droplet,
                "midjob",
                "cron: { slow: { schedule: '@yearly', command: 'echo begin; sleep 20; echo end; exit 7' } }");
        app.must("deploy");
        app.must("cron", "run", "slow");
        Polling.eventually(() -> assertThat(count(app, "slow", "begin")).isEqualTo(1));

        droplet.inside("kill -9 $(pidof dockerd)");
        droplet.awaitEngine();

        Polling.eventually(() -> assertThat(app.must("cron", "--json").out())
                .containsPattern("\"result\" : \"failed\",\\s*\"exit\" : \"7\""));
        assertThat(count(app, "slow", "end")).isEqualTo(1);

        // The program that waits for it.
        app.must("cron", "run", "slow");
        Polling.eventually(() -> assertThat(count(app, "slow", "begin")).isEqualTo(2));
        droplet.inside(
                "systemctl kill --kill-whom=main --signal=KILL $(systemctl list-units --plain --no-legend 'pocketpaas-run-*' | cut -d' ' -f1)");
        Polling.eventually(() -> assertThat(app.must("cron").out()).containsPattern("slow .* interrupted"));
        assertThat(droplet.inside("docker ps -aq --filter label=pocketpaas.slot=cron")
                        .out())
                .isEmpty();
        app.destroy();
    }

    @Test
    void theHostIsOffOverTwoDueTimes(TestDroplet droplet) {
        TestApp app = TestApp.create(
                droplet,
                "away",
                "cron:",
                "  catches: { schedule: '*/2 * * * *', missed: run, command: 'echo caught' }",
                "  passes: { schedule: '*/2 * * * *', command: 'echo passed' }");
        app.must("deploy");
        Polling.until(
                Duration.ofMinutes(3),
                () -> count(app, "catches", "caught") == 1,
                () -> app.must("cron").out());

        droplet.powerCut();
        // Three minutes after an even one: two of its times have passed.
        Instant off = Instant.now();
        Polling.until(
                Duration.ofMinutes(7),
                () -> Duration.between(off, Instant.now()).toSeconds() > 240
                        && Instant.now().getEpochSecond() % 120 > 30
                        && Instant.now().getEpochSecond() % 120 < 60,
                () -> "");
        droplet.powerOn();
        droplet.awaitBoot();

        Polling.eventually(() ->
                assertThat(count(app, "catches", "caught")).as("once for both").isEqualTo(2));
        assertThat(count(app, "passes", "passed")).isEqualTo(1);
        Polling.until(
                Duration.ofMinutes(3),
                () -> count(app, "passes", "passed") == 2,
                () -> app.must("cron").out());
        app.destroy();
    }
}
