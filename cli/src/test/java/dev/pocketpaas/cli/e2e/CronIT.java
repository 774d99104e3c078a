package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Cron jobs: those of the live release, run by the host's own timers. */
@ExtendWith(TestDroplet.Shared.class)
class CronIT {
    private static final String LISTED = "ls /etc/systemd/system /etc/systemd/system/timers.target.wants "
            + "| grep pocketpaas-cron-timed_ | sort | uniq -c | tr -s ' ' | tr '\\n' ';'";
    private static final String RUNNING = "docker ps -aq --filter label=pocketpaas.slot=cron";

    @Test
    void jobsFollowTheLiveReleaseAndLeaveNothing(TestDroplet droplet) throws Exception {
        TestApp app = TestApp.create(
                droplet,
                "timed",
                "stop-timeout: 1s",
                "cron:",
                "  fails: { schedule: '0 4 13 * 5', timezone: Europe/Berlin, command: 'echo broken; exit 3' }",
                "  long: { schedule: '@yearly', command: 'echo begun; sleep 600' }",
                "  says: { schedule: '* * * * *', command: 'echo \"said $POCKETPAAS_PROCESS by $POCKETPAAS_RELEASE\"' }");
        app.must("deploy");
        assertThat(app.must("cron").out())
                .containsPattern("fails +0 4 13 \\* 5 +Europe/Berlin +scheduled +20")
                .containsPattern("says +\\* \\* \\* \\* \\* +scheduled");
        assertThat(droplet.inside("systemctl cat pocketpaas-cron-timed_fails.timer")
                        .out())
                .contains(
                        "OnCalendar=*-*-13 04:00:00 Europe/Berlin\n", "OnCalendar=Fri *-*-* 04:00:00 Europe/Berlin\n");

        // Now: its code, and what it printed; a failure is an alert until it runs well.
        app.must("cron", "run", "fails");
        Polling.eventually(() -> assertThat(app.must("cron", "--json").out())
                .containsPattern("\"result\" : \"failed\",\\s*\"exit\" : \"3\""));
        assertThat(app.must("logs", "--cron", "fails").out()).contains("cron.fails broken");
        Polling.eventually(() -> assertThat(app.must("scale").err())
                .contains("warning: the cron job fails of timed failed with exit code 3"));

        // One at a time; whatever ends its unit ends its container.
        app.must("cron", "run", "long");
        Polling.eventually(
                () -> assertThat(app.must("logs", "--cron", "long").out()).contains("begun"));
        assertThat(app.must("cron").out()).containsPattern("long .* running");
        Seen second = app.pocketpaas("cron", "run", "long");
        assertThat(second.exit()).isEqualTo(4);
        assertThat(second.err()).contains("long is still at work, and its runs must not overlap");
        droplet.inside("systemctl stop $(systemctl list-units --plain --no-legend 'pocketpaas-run-*' | cut -d' ' -f1)");
        assertThat(droplet.inside(RUNNING).out()).isEmpty();
        Polling.eventually(() -> assertThat(app.must("cron").out()).containsPattern("long .* stopped"));

        // By itself, at its minute.
        Polling.until(
                java.time.Duration.ofSeconds(90),
                () -> app.must("logs", "--cron", "says").out().contains("said cron.says by v1"),
                () -> droplet.inside("journalctl -u 'pocketpaas-cron-*' -n 50 --no-pager")
                        .out());

        rights(droplet, app);
        theReleaseDecides(droplet, app);

        app.must("cron", "run", "long");
        app.destroy();
        assertThat(droplet.inside(LISTED).out()).isEmpty();
        assertThat(droplet.inside(
                                "systemctl list-units --all --plain --no-legend 'pocketpaas-cron-timed*' 'pocketpaas-run-*'")
                        .out())
                .isEmpty();
        assertThat(droplet.inside(RUNNING).out()).isEmpty();
        assertThat(droplet.inside("ls /var/lib/systemd/timers").out()).doesNotContain("pocketpaas-cron-timed");
    }

    private static void rights(TestDroplet droplet, TestApp app) throws Exception {
        Seen generated = app.must("keys", "add", "timed-ci", "--app", "timed", "--generate");
        Path key = app.laptop().home().resolve("timed-key");
        Files.writeString(key, generated.out().substring(generated.out().indexOf("-----BEGIN")));
        app.laptop().must(app.laptop().home(), "chmod", "600", key.toString());
        Laptop ci = droplet.stranger("timed-ci")
                .with("POCKETPAAS_SSH_KEY", key.toString())
                .with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());
        assertThat(ci.pocketpaas(ci.home(), "cron", "--app", "timed", "--accept-new-host-key")
                        .out())
                .contains("says");
        for (String what : new String[] {"run", "pause", "resume"}) {
            assertThat(ci.pocketpaas(ci.home(), "cron", what, "says", "--app", "timed")
                            .exit())
                    .isEqualTo(4);
        }
        app.must("keys", "remove", "timed-ci");
    }

    private static void theReleaseDecides(TestDroplet droplet, TestApp app) {
        assertThat(app.must("cron", "pause", "says").out()).contains("says of timed is paused");
        assertThat(app.must("cron", "pause", "says").out()).contains("Nothing to do");
        assertThat(app.must("cron").out()).containsPattern("says .* paused");
        String paused = droplet.inside(LISTED).out();
        assertThat(paused).contains("fails.timer", "long.timer").doesNotContain("says");

        app.manifest("cron: { other: { schedule: '@daily', command: 'true' } }");
        app.commit("another job");
        app.must("deploy");
        assertThat(droplet.inside(LISTED).out())
                .isEqualTo(" 1 pocketpaas-cron-timed_other.service; 2 pocketpaas-cron-timed_other.timer;");
        app.must("rollback");
        assertThat(droplet.inside(LISTED).out()).isEqualTo(paused);
        assertThat(app.must("cron", "resume", "says").out()).contains("says of timed runs at its times again");
        assertThat(droplet.inside(LISTED).out()).contains("says.timer");

        app.must("stop");
        assertThat(droplet.inside(LISTED).out()).isEmpty();
        assertThat(app.must("cron").out()).containsPattern("says .* stopped");
        app.must("start");
        assertThat(droplet.inside(LISTED).out()).contains("says.timer");
    }
}
