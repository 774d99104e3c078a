package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Injection.Step;
import dev.pocketpaas.cli.e2e.Machines.Machine;
import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * An app over three machines: joined, spread, deployed under load, a machine drained, cut off at each step of a deploy, restarted, lost, and out
 * again: {@code mvn verify -Pfleet}. The machines have a network of their own with fixed addresses, as those of a provider have.
 */
@Tag("fleet")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FleetIT {
    private static final String APP = "fleet";
    private static final int DEPLOYS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static Machines machines;
    private static Machine first;
    private static Machine second;
    private static Machine third;
    private static TestApp app;

    @BeforeAll
    static void threeMachinesWithANetworkOfTheirOwn() {
        machines = Machines.three("-fleet");
        first = machines.home();
        second = machines.other();
        third = machines.all().get(2);
        app = TestApp.keepingAlive(first.droplet(), APP, "drain: 10s");
        app.must("deploy");
    }

    @AfterAll
    static void gone() throws Exception {
        if (machines != null) {
            List.of(third, first).forEach(machine -> machine.droplet().powerOn());
            machines.close();
        }
    }

    @Test
    @Order(1)
    void machinesJoinAndAnAppThatIsThereGoesOn() {
        List<Load> loads = List.of(fresh(first, "one"));
        for (Machine machine : List.of(second, third)) {
            Seen joined = machines.join(machine);
            assertThat(joined.out())
                    .contains(machine.name() + " has joined the cluster of " + first.name())
                    .containsOnlyOnce("Next");
        }

        assertNothingLost(loads);
        assertThat(nodes())
                .containsPattern(first.name() + " +manager, home +ready")
                .containsPattern(second.name() + " +worker +ready")
                .containsPattern(third.name() + " +worker +ready");
        assertThat(app.pocketpaas("host", "audit").out())
                .contains("(TCP 2377 and 7946, UDP 7946 and 4789) are open to its machines alone");
        assertThat(first.droplet()
                        .inside("timeout 2 bash -c 'exec 3<>/dev/tcp/" + second.address() + "/7946'")
                        .exit())
                .isZero();
    }

    /** With the first release nginx of the home is reloaded for the one slot, with the second for the other: as at each change of routing. */
    @Test
    @Order(2)
    void theNextReleaseRunsOverAllOfThemAndEachIsAFront() {
        List<Load> loads = List.of(fresh(first, "one", "moved", "two"));
        app.ship("moved");
        app.must("scale", "web=3");
        app.ship("two");

        assertNothingLost(loads);
        assertThat(ps()).contains(second.name()).contains(third.name());
        assertThat(answers()).containsExactly("two", "two", "two");
    }

    @Test
    @Order(3)
    void twentyDeploysAndARollbackLoseNoRequestOnAnyMachine() {
        List<Load> loads = loads("two");
        for (int number = 1; number <= DEPLOYS; number++) {
            String message = "deploy " + number;
            loads.forEach(load -> load.expect(message));
            app.ship(message);
            assertThat(answers()).containsExactly(message, message, message);
        }
        app.must("rollback");

        assertNothingLost(loads);
        String before = "deploy " + (DEPLOYS - 1);
        assertThat(answers()).containsExactly(before, before, before);
    }

    @Test
    @Order(4)
    void imagesThatNothingNeedsAreGoneFromEachMachine() {
        Polling.eventually(() -> {
            for (Machine machine : List.of(first, second, third)) {
                assertThat(must(machine.droplet().inside("docker image ls -q pocketpaas-app-" + APP + " | sort -u"))
                                .lines())
                        .as(machine.name())
                        .hasSizeLessThan(DEPLOYS);
            }
        });
    }

    @Test
    @Order(5)
    void aPreviewIsOnEachMachineAndGoesFromEach() {
        app.message("preview");
        app.commit("preview");
        app.must("deploy", "--preview", "try");
        Supplier<List<Integer>> statuses = () -> machines.all().stream()
                .map(machine ->
                        machine.droplet().fetch(APP + "-try.localhost", "/").status())
                .toList();
        assertThat(statuses.get()).containsExactly(200, 200, 200);

        app.must("previews", "remove", "try");
        assertThat(statuses.get()).doesNotContain(200);
    }

    @Test
    @Order(6)
    void whatAClusterCannotDoIsRefusedWithASentence() {
        Seen moved = app.pocketpaas("apps", "move", third.name(), "--confirm", APP);
        assertThat(moved.exit()).as(moved.toString()).isEqualTo(4);
        assertThat(moved.err()).contains("an app is not moved from a machine of a cluster");
        Seen uninstalled = app.pocketpaas("host", "uninstall", first.name(), "--confirm", first.name(), "--with-data");
        assertThat(uninstalled.exit()).as(uninstalled.toString()).isEqualTo(4);
        assertThat(uninstalled.err()).contains("PocketPaaS is not removed from a machine of a cluster");
        Seen made = app.pocketpaas("--host", second.name(), "deploy");
        assertThat(made.exit()).as(made.toString()).isEqualTo(4);
        assertThat(made.err()).contains("this machine belongs to the cluster of " + first.name());
    }

    @Test
    @Order(7)
    void aMachineIsDrainedAndStillAnswers() {
        String live = answers().get(0);
        List<Load> loads = machines.all().stream().map(one -> fresh(one, live)).toList();
        app.must("host", "drain", second.name());
        awaitNothingOn(second);
        loads.forEach(load -> load.await(500));

        assertNothingLost(loads);
        assertThat(answers()).containsExactly(live, live, live);
        app.must("host", "resume", second.name());
    }

    @Test
    @Order(8)
    void aMachineThatCannotBeToldAtTheSwitchIsNamedAndConverges() {
        String old = answers().get(0);
        String live = "/var/lib/pocketpaas/front/apps/" + APP + "/live";
        must(third.droplet().inside("mv " + live + " " + live + ".was && mkdir -p " + live + "/x"));
        app.message("partial");
        app.commit("partial");

        Seen partial = app.pocketpaas("deploy");

        assertThat(partial.exit()).as(partial.toString()).isEqualTo(7);
        assertThat(partial.err()).contains("is live, but not on every machine: " + third.name());
        must(third.droplet().inside("rm -r " + live + " && mv " + live + ".was " + live));
        assertThat(answers()).containsExactly("partial", "partial", old);
        app.must("deploy");
        assertThat(answers()).containsExactly("partial", "partial", "partial");
    }

    /** Before the switch the old release stays everywhere. At the switch the machine that was cut off keeps it. The same command converges. */
    @Test
    @Order(9)
    void aMachineIsCutOffAtEachStepOfADeploy() {
        String asked = "before run .*HostName=" + third.address().replace(".", "[.]") + " .*peer ";
        Map<String, Step> steps = new LinkedHashMap<>();
        steps.put("room", new Step(asked + "room ", 1));
        steps.put("start", new Step("before engine POST /services/create", 1));
        steps.put("check", new Step(asked + "check ", 1));
        steps.put("front", new Step(asked + "front ", 1));
        steps.put("record", new Step("before engine POST /configs/[^/]+/update", 1));
        steps.put("switch", new Step(asked + "switch ", 1));
        try (Injection injection = Injection.on(first.droplet())) {
            steps.forEach((name, step) -> cutOffAt(injection, name, step));
        }
    }

    private static void cutOffAt(Injection injection, String name, Step step) {
        String old = answers().get(0);
        String message = "cut off at " + name;
        app.message(message);
        if (name.equals("front")) {
            // nginx of the machines is told beforehand where it has to know something else, else with the check.
            app.manifestFor(first.droplet(), "drain: 10s", "http: { max-body: 20M }");
        }
        app.commit(message);
        injection.hold(step);
        FutureTask<Seen> deploy = new FutureTask<>(() -> app.pocketpaas("deploy"));
        new Thread(deploy, message).start();
        injection.await();
        third.cutOff();
        Seen seen;
        try {
            injection.release();
            seen = ended(deploy);
            boolean switched = name.equals("record") || name.equals("switch");
            assertThat(seen.exit()).as(name + ": " + seen).isEqualTo(switched ? 7 : 5);
            String expected = switched ? message : old;
            awaitAnswers(first, expected);
            awaitAnswers(second, expected);
            awaitAnswers(third, old);
        } finally {
            third.connect();
        }
        awaitReady(3);
        app.must("deploy");
        machines.all().forEach(machine -> awaitAnswers(machine, message));
        // Swarm moves nothing back to a machine that returns. A new release is on all of them, so that each has one of
        // the old at the next cut.
        app.must("restart");
        assertThat(ps()).contains(third.name());
    }

    @Test
    @Order(10)
    void theOnlyManagerIsRestartedAndTheOthersGoOnMeanwhile() {
        String live = answers().get(0);
        awaitThatEachKnowsAllProcesses();
        List<Load> loads = List.of(fresh(second, live), fresh(third, live));
        first.droplet().reboot();
        first.droplet().awaitBoot();

        assertNothingLost(loads);
        awaitReady(3);
        machines.all().forEach(machine -> awaitAnswers(machine, live));
        app.ship("manager restarted");
        machines.all().forEach(machine -> awaitAnswers(machine, "manager restarted"));
    }

    @Test
    @Order(11)
    void allThreeAreRestartedAtTheSameTime() {
        String live = answers().get(0);
        machines.all().forEach(machine -> machine.droplet().powerCut());
        machines.all().forEach(machine -> machine.droplet().powerOn());
        machines.all().forEach(machine -> machine.droplet().awaitBoot());

        machines.all().forEach(machine -> awaitAnswers(machine, live));
        awaitReady(3);
        app.ship("all restarted");
        machines.all().forEach(machine -> awaitAnswers(machine, "all restarted"));
    }

    @Test
    @Order(12)
    void withThreeManagersTheHomeIsLostAndComesBack() {
        String live = answers().get(0);
        app.must("host", "promote", second.name());
        assertThat(app.must("host", "promote", third.name()).out()).contains("Managers now: 3");
        awaitThatEachKnowsAllProcesses();
        List<Load> loads = List.of(fresh(second, live), fresh(third, live));
        LocalTime killed = kill(first);
        machines.awaitDown(first, second);

        assertNothingElseLost(loads, killed);
        first.droplet().powerOn();
        first.droplet().awaitBoot();
        awaitReady(3);
        app.ship("home is back");
        machines.all().forEach(machine -> awaitAnswers(machine, "home is back"));
        for (Machine machine : List.of(second, third)) {
            app.must("host", "demote", machine.name());
        }
    }

    @Test
    @Order(13)
    void theHomeIsLostForGoodAndAnotherManagerBecomesTheHome() {
        List.of(second, third).forEach(machine -> app.must("host", "promote", machine.name()));
        app.must("env", "set", "GREETING=kept");
        String mirrored = "/var/lib/pocketpaas/cluster/mirror/apps/" + APP + "/operator/env/GREETING";
        for (Machine machine : List.of(second, third)) {
            Polling.eventually(
                    () -> assertThat(machine.droplet().inside("cat " + mirrored).out())
                            .isEqualTo("kept"));
        }
        Seen refused = app.pocketpaas("host", "recover", second.name());
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains(first.name() + " is there, and answers the managers");
        awaitThatEachKnowsAllProcesses();
        List<Load> loads = List.of(fresh(second, "home is back"), fresh(third, "home is back"));
        LocalTime killed = kill(first);
        machines.awaitDown(first, second);

        app.must("host", "recover", second.name());

        assertNothingElseLost(loads, killed);
        app.manifestFor(second.droplet(), "drain: 10s");
        assertThat(nodes())
                .containsPattern(second.name() + " +manager, home +ready")
                .containsPattern(third.name() + " +manager +ready")
                .doesNotContain(first.name() + " ");
        assertThat(app.must("env", "get", "GREETING").out()).isEqualTo("kept");
        app.ship("recovered");
        for (Machine machine : List.of(second, third)) {
            awaitAnswers(machine, "recovered");
        }
    }

    @Test
    @Order(14)
    void aMachineThatIsLostIsReplacedAndLeaves() {
        app.must("host", "demote", third.name());
        List<Load> loads = List.of(fresh(second, "recovered"));
        LocalTime killed = kill(third);
        awaitNothingOn(third);

        assertNothingElseLost(loads, killed);
        app.must("host", "leave", third.name(), "--lost");
        assertThat(nodes()).doesNotContain(third.name());
    }

    @Test
    @Order(15)
    void theLastOneLeavesAndItsEngineIsAsItWas() {
        app.destroy();
        app.must("host", "leave", second.name());

        assertThat(must(second.droplet()
                        .inside("docker info --format '{{.Swarm.LocalNodeState}} {{.LiveRestoreEnabled}}'")))
                .isEqualTo("inactive true\n");
        assertThat(must(second.droplet().inside("iptables -t raw -S"))).doesNotContain("POCKETPAAS");
    }

    // ------------------------------------------------------------ helpers

    private static String nodes() {
        return app.must("hosts", "nodes").out();
    }

    private static String ps() {
        return app.must("ps").out();
    }

    private static void awaitReady(int count) {
        Supplier<Seen> asked = () -> app.pocketpaas("hosts", "nodes");
        Polling.until(
                PATIENCE,
                () -> asked.get()
                                .out()
                                .lines()
                                .filter(line -> line.contains(" ready "))
                                .count()
                        == count,
                () -> asked.get().toString());
    }

    /** Docker's machines tell one another where processes are, and one that was away learns of some only with the next exchange of all (30 s). */
    private static void awaitThatEachKnowsAllProcesses() {
        String count = "docker exec $(docker ps -q -f name=_gateway | head -n 1) bash -c '"
                + "for slot in blue green; do getent ahostsv4 tasks.pocketpaas_" + APP
                + "_web_$slot; done' | grep -c STREAM";
        for (Machine machine : machines.all()) {
            Polling.until(
                    PATIENCE,
                    () -> machine.droplet().inside(count).out().equals("3\n"),
                    () -> machine.name() + ": " + machine.droplet().inside(count) + "\n" + tasks() + ps());
        }
    }

    /** What Docker itself has of the app: a service for each slot, with its tasks; and what drains. */
    private static String tasks() {
        return first.droplet()
                .inside(
                        "docker service ls; for one in $(docker service ls -q); do docker service ps --no-trunc $one; done;"
                                + " systemctl list-units --all 'pocketpaas-*'")
                .toString();
    }

    private static void awaitNothingOn(Machine machine) {
        Polling.until(PATIENCE, () -> !ps().contains(machine.name()), FleetIT::ps);
    }

    private static void awaitAnswers(Machine machine, String body) {
        Polling.until(
                PATIENCE,
                () -> machine.droplet().get(APP, "/").body().equals(body),
                () -> machine.name() + " answers " + machine.droplet().get(APP, "/") + " and not " + body + "\n"
                        + ps());
    }

    /** What each of the three machines answers, the home first. */
    private static List<String> answers() {
        return machines.all().stream()
                .map(machine -> machine.droplet().get(APP, "/").body())
                .toList();
    }

    /** Clients that make a connection for each request: what is begun is short, so nobody notices that a process ends. */
    private static Load fresh(Machine machine, String... bodies) {
        return Load.newConnections(machine.droplet().httpPort(), false, APP + ".localhost", bodies);
    }

    /** All kinds of clients at each machine. */
    private static List<Load> loads(String... bodies) {
        List<Load> loads = new ArrayList<>();
        for (Machine machine : machines.all()) {
            loads.add(fresh(machine, bodies));
            loads.add(Load.of(machine.droplet(), APP, bodies));
        }
        return loads;
    }

    private static LocalTime kill(Machine machine) {
        machine.droplet().powerCut();
        return LocalTime.now();
    }

    /** A machine was {@code killed}: what a process there was just asked is answered by nobody. Every other request is. */
    private static void assertNothingElseLost(List<Load> loads, LocalTime killed) {
        for (Load.Report report : loads.stream().map(Load::stop).toList()) {
            Map<Boolean, List<Load.Anomaly>> taken = report.anomalies().stream()
                    .collect(Collectors.partitioningBy(
                            one -> !one.wrong() && one.begun().isBefore(killed)));
            assertThat(taken.get(false)).as(report.toString()).isEmpty();
            assertThat(taken.get(true)).as(report.toString()).hasSizeLessThanOrEqualTo(Load.NEW_CLIENTS);
            assertThat(report.total()).isPositive();
        }
    }

    private static void assertNothingLost(List<Load> loads) {
        List<Load.Report> reports = loads.stream().map(Load::stop).toList();
        for (Load.Report report : reports) {
            assertThat(report.anomalies()).as(report.toString()).isEmpty();
            assertThat(report.total()).isPositive();
        }
    }

    private static Seen ended(FutureTask<Seen> deploy) {
        try {
            return deploy.get();
        } catch (Exception e) {
            throw new AssertionError("the deploy did not end", e);
        }
    }

    private static String must(Seen seen) {
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen.out();
    }
}
