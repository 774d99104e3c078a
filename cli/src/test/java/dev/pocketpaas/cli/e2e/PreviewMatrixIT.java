package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Injection.Step;
import dev.pocketpaas.cli.e2e.PreviewIT.PreviewSweep;
import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing of a preview stays: with the client killed at any time, and everything on the host killed at any step of making it or of
 * removing it, the inventory after its time is the one before. {@code mvn verify -Pjobs}.
 */
@Tag("jobs")
@ExtendWith(TestDroplet.Shared.class)
class PreviewMatrixIT {
    private static final String STEPS = "rename|symlink|run|engine (?:POST|PUT|DELETE)";
    private static final int EACH = 5;
    private static final String APP = "leaving-p";

    private static TestApp app;
    private static Injection injection;
    private static List<String> before;

    @BeforeAll
    static void begin(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres");
        app = TestApp.create(
                droplet,
                "leaving",
                "volumes: { data: /data }",
                "services: { leaving-db: postgres }",
                "cron: { job: { schedule: '@daily', command: 'true' } }",
                "previews: { cron: true, services: { leaving-db: copy } }");
        app.must("deploy");
        // One from its first to its last moment: what every first one leaves (a lock's file) is no leak of each.
        app.must("deploy", "--preview", "p");
        end(droplet);
        before = Inventory.of(droplet);
        injection = Injection.on(droplet);
    }

    @AfterAll
    static void finish(TestDroplet droplet) {
        injection.close();
        app.destroy();
        app.must("services", "destroy", "leaving-db", "--confirm", "leaving-db");
    }

    /** Its time comes, whether it is there or not. */
    private static void end(TestDroplet droplet) {
        // What somebody may still look at goes after an hour.
        droplet.inside("touch -d '2 hours ago' /var/lib/pocketpaas/work/*/log");
        PreviewSweep.end(droplet, APP);
    }

    private static void assertNothingStays(TestDroplet droplet, Object what) {
        end(droplet);
        assertThat(Inventory.of(droplet)).as(what.toString()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.4", "0.6", "0.8", "1", "1.5", "2.5", "4"})
    void theClientIsKilled(String seconds, TestDroplet droplet) {
        Seen killed = app.laptop()
                .run(
                        app.directory(),
                        "timeout",
                        "-s",
                        "KILL",
                        seconds,
                        Laptop.program().toString(),
                        "deploy",
                        "--preview",
                        "p");
        Polling.until(
                java.time.Duration.ofMinutes(2),
                () -> droplet.inside(
                                "systemctl list-units --plain --no-legend 'pocketpaas-work-*'; pgrep -u pocketpaas sshd")
                        .out()
                        .isEmpty(),
                () -> killed.toString());

        assertNothingStays(droplet, killed);
    }

    static List<Step> stepsOfMaking() {
        injection.record();
        app.must("deploy", "--preview", "p");
        return some(injection.steps(STEPS));
    }

    static List<Step> stepsOfRemoving() {
        app.must("deploy", "--preview", "p");
        injection.record();
        app.must("previews", "remove", "p");
        return some(injection.steps(STEPS));
    }

    private static List<Step> some(List<Step> all) {
        return java.util.stream.IntStream.range(0, all.size())
                .filter(number -> number % EACH == 0)
                .mapToObj(all::get)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("stepsOfMaking")
    void theWorkIsKilledWhileItIsMade(Step step, TestDroplet droplet) {
        PreviewMatrixIT.end(droplet);
        injection.kill(step);

        Seen seen = app.pocketpaas("deploy", "--preview", "p");

        injection.disarm();
        assertNothingStays(droplet, step + "\n" + seen);
    }

    @ParameterizedTest
    @MethodSource("stepsOfRemoving")
    void theWorkIsKilledWhileItGoes(Step step, TestDroplet droplet) {
        app.must("deploy", "--preview", "p");
        injection.kill(step);

        Seen seen = app.pocketpaas("previews", "remove", "p");

        injection.disarm();
        assertNothingStays(droplet, step + "\n" + seen);
    }
}
