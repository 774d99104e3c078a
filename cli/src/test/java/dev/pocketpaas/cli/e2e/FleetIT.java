package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** An app over three machines: joined, spread, deployed under load, a machine drained, cut off, lost, and out again: {@code mvn verify -Pfleet}. */
@Tag("fleet")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FleetIT {
    private static final String APP = "fleet";

    private static TestDroplet home;
    private static TestApp app;
    private static Machine second;
    private static Machine third;

    /** A machine beside the home: its name, its address for the others, the local port of its nginx. */
    private record Machine(String name, String address, int httpPort) {}

    @BeforeAll
    static void threeMachinesOfOneLaptop() {
        home = TestDroplet.start("-fleet", List.of());
        second = up(home.name() + "-b");
        third = up(home.name() + "-c");
        app = TestApp.create(home, APP, "drain: 2s");
        app.must("deploy");
    }

    @AfterAll
    static void gone() throws Exception {
        for (Machine machine : List.of(second, third)) {
            laptop("sandbox", "down", "--name", machine.name(), "--confirm", machine.name());
        }
        app.destroy();
        home.close();
    }

    @Test
    @Order(1)
    void machinesJoinAndAnAppThatIsThereGoesOn() {
        List<Load> loads = List.of(load(home.httpPort(), "one"));
        for (Machine machine : List.of(second, third)) {
            Seen joined = laptop(
                    "init",
                    "host",
                    machine.name(),
                    "--join",
                    home.name(),
                    "--plain",
                    "--node-address",
                    machine.address());
            assertThat(joined.exit()).as(joined.toString()).isZero();
            assertThat(joined.out()).contains("has joined the cluster of " + home.name());
        }

        assertNothingLost(loads);
        assertThat(app.must("hosts", "nodes").out())
                .containsPattern(home.name() + " +manager, home +ready")
                .containsPattern(second.name() + " +worker +ready")
                .containsPattern(third.name() + " +worker +ready");
        assertThat(docker(home.name(), "timeout", "2", "bash", "-c", "exec 3<>/dev/tcp/" + second.address() + "/7946")
                        .exit())
                .isZero();
    }

    @Test
    @Order(2)
    void theNextReleaseRunsOverAllOfThemAndEachIsAFront() {
        app.message("two");
        app.commit("two");
        app.must("deploy");
        app.must("scale", "web=3");

        assertThat(app.must("ps").out()).contains(second.name()).contains(third.name());
        assertThat(answers()).containsExactly("two", "two", "two");
    }

    @Test
    @Order(3)
    void deploysAndARollbackLoseNoRequestOnAnyMachine() {
        List<Load> loads = loads("two", "three", "four");
        for (String message : List.of("three", "four")) {
            app.message(message);
            app.commit(message);
            app.must("deploy");
            assertThat(answers()).containsExactly(message, message, message);
        }
        app.must("rollback");

        assertNothingLost(loads);
        assertThat(answers()).containsExactly("three", "three", "three");
    }

    @Test
    @Order(4)
    void aMachineIsDrainedAndStillAnswers() {
        List<Load> loads = loads("three");
        app.must("host", "drain", second.name());
        Polling.until(
                Duration.ofSeconds(60),
                () -> !app.must("ps").out().contains(second.name()),
                () -> app.must("ps").out());

        assertNothingLost(loads);
        assertThat(answers()).containsExactly("three", "three", "three");
        app.must("host", "resume", second.name());
    }

    @Test
    @Order(5)
    void aMachineThatCannotBeToldAtTheSwitchIsNamedAndConverges() {
        String live = "/var/lib/pocketpaas/front/apps/" + APP + "/live";
        docker(third.name(), "sh", "-c", "mv " + live + " " + live + ".was && mkdir -p " + live + "/x");
        app.message("five");
        app.commit("five");

        Seen partial = app.pocketpaas("deploy");

        assertThat(partial.exit()).as(partial.toString()).isEqualTo(7);
        assertThat(partial.err()).contains("is live, but not on every machine: " + third.name());
        docker(third.name(), "sh", "-c", "rm -r " + live + " && mv " + live + ".was " + live);
        assertThat(answers()).containsExactly("five", "five", "three");
        app.must("deploy");
        assertThat(answers()).containsExactly("five", "five", "five");
    }

    @Test
    @Order(6)
    void aMachineThatIsLostIsReplacedAndLeaves() {
        List<Load> loads = List.of(load(home.httpPort(), "five"), load(second.httpPort(), "five"));
        engine("kill", "pocketpaas-sandbox-" + third.name());
        Polling.until(
                Duration.ofSeconds(60),
                () -> !app.must("ps").out().contains(third.name()),
                () -> app.must("ps").out());

        assertNothingLost(loads);
        app.must("host", "leave", third.name(), "--lost");
        assertThat(app.must("hosts", "nodes").out()).doesNotContain(third.name());
    }

    @Test
    @Order(7)
    void theLastOneLeavesAndItsEngineIsAsItWas() {
        app.must("host", "leave", second.name());

        assertThat(docker(
                                second.name(),
                                "docker",
                                "info",
                                "--format",
                                "{{.Swarm.LocalNodeState}} {{.LiveRestoreEnabled}}")
                        .out())
                .isEqualTo("inactive true\n");
        assertThat(docker(second.name(), "iptables", "-t", "raw", "-S").out()).doesNotContain("POCKETPAAS");
    }

    // ------------------------------------------------------------ helpers

    private static Machine up(String name) {
        Seen seen = laptop("sandbox", "up", "--name", name, "--json");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        String told = seen.out().lines().reduce((first, last) -> last).orElseThrow();
        String address = docker(name, "sh", "-c", "ip -4 -o address show eth0 | tr '/' ' ' | awk '{ print $4 }'")
                .out()
                .strip();
        return new Machine(name, address, Integer.parseInt(TestDroplet.field(told, "http_port")));
    }

    private static Seen laptop(String... words) {
        return home.laptop().pocketpaas(home.laptop().home(), words);
    }

    private static Seen docker(String machine, String... words) {
        List<String> command = new ArrayList<>(List.of("exec", "pocketpaas-sandbox-" + machine));
        command.addAll(List.of(words));
        return engine(command.toArray(String[]::new));
    }

    private static Seen engine(String... words) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(words));
        return Shell.run(
                home.laptop().home(),
                Map.of("PATH", System.getenv("PATH")),
                Duration.ofMinutes(2),
                new byte[0],
                command);
    }

    /** What each of the three machines answers, the home first. */
    private static List<String> answers() {
        List<String> found = new ArrayList<>();
        for (int port : List.of(home.httpPort(), second.httpPort(), third.httpPort())) {
            found.add(Shell.run(
                            home.laptop().home(),
                            Map.of("PATH", System.getenv("PATH")),
                            Duration.ofSeconds(30),
                            new byte[0],
                            List.of(
                                    "curl",
                                    "-s",
                                    "-H",
                                    "Host: " + APP + ".localhost",
                                    "http://127.0.0.1:" + port + "/"))
                    .out());
        }
        return found;
    }

    private static Load load(int port, String... bodies) {
        return Load.newConnections(port, false, APP + ".localhost", bodies);
    }

    private static List<Load> loads(String... bodies) {
        return List.of(load(home.httpPort(), bodies), load(second.httpPort(), bodies), load(third.httpPort(), bodies));
    }

    private static void assertNothingLost(List<Load> loads) {
        for (Load load : loads) {
            Load.Report report = load.stop();
            assertThat(report.anomalies()).as(report.toString()).isEmpty();
            assertThat(report.total()).isPositive();
        }
    }
}
