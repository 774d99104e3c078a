package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Fifty deploys in a row, by clients that keep their connections and by clients that do not. */
@Tag("faults")
@ExtendWith(TestDroplet.Shared.class)
class EnduranceIT {
    private static final int DEPLOYS = 50;

    @Test
    void fiftyDeploysUnderLoad(TestDroplet droplet) {
        Barrage.deploys(droplet, "enduring", DEPLOYS);
    }

    /** Without steady traffic the connections between nginx and the app idle, and each end may be the one that closes them. */
    @Test
    void sparsePostsAlone(TestDroplet droplet) {
        TestApp app = TestApp.keepingAlive(droplet, "quiet");
        app.must("deploy");
        try (Load load = Load.sparse(droplet, app.name(), "one")) {
            for (int i = 1; i <= 4; i++) {
                load.await(16);
                load.expect("version" + i);
                app.ship("version" + i);
            }
            load.await(16);
            Load.Report report = load.stop();
            assertThat(report.anomalies()).as(report.toString()).isEmpty();
            assertThat(report.count("sparse", "version4")).isPositive();
        }
        app.destroy();
    }

    /** Whoever asked the old release gets its answer, also after the switch, up to the drain time. */
    @Test
    void aSlowRequestOutlivesTheSwitch(TestDroplet droplet) {
        TestApp app = TestApp.keepingAlive(droplet, "patient", "drain: 2m");
        app.must("deploy");
        java.util.concurrent.FutureTask<TestDroplet.Answer> slow =
                new java.util.concurrent.FutureTask<>(() -> app.get("/slow/45"));
        new Thread(slow, "slow").start();
        Polling.until(
                Duration.ofSeconds(5),
                () -> droplet.inside("tail -n 0 /dev/null; ss -Htn state established '( dport = :5000 )' | grep -q .")
                                .exit()
                        == 0,
                () -> "the request did not arrive");

        app.ship("two");

        assertThat(app.get("/").body()).isEqualTo("two");
        assertThat(slow.isDone()).as("it is still answered").isFalse();
        try {
            assertThat(slow.get().body()).isEqualTo("one");
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new AssertionError(e);
        }
        Truth.clean(droplet, app);
        app.destroy();
    }
}
