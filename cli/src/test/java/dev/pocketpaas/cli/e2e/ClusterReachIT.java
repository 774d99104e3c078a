package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What a command reaches on another machine of a cluster than the home: logs, a command, files, a port. Two machines. */
@Tag("fleet")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterReachIT {
    private static final String APP = "reached";
    private static final String ALONE = "lonely";

    private static Machines machines;
    private static TestApp app;
    private static TestApp alone;

    @BeforeAll
    static void twoMachinesAndAnAppOverBoth() {
        machines = Machines.two("-reach");
        app = TestApp.create(machines.home().droplet(), APP);
        alone = TestApp.keepingAlive(machines.home().droplet(), ALONE, "drain: 10s");
        alone.must("deploy");
        machines.join(machines.other());
        app.must("deploy");
        app.must("scale", "web=2");
        assertThat(app.must("ps").out())
                .contains(machines.home().name() + " ")
                .contains(machines.other().name());
    }

    @AfterAll
    static void gone() throws Exception {
        if (machines != null) {
            machines.close();
        }
    }

    @Test
    @Order(1)
    void aCommandRunsInAProcessOnAnotherMachine() {
        String far = far();
        Seen seen = app.pocketpaas(
                "exec", far, "--", "sh", "-c", "echo \"$POCKETPAAS_PROCESS 'quoted'\"; echo problem >&2; exit 42");
        assertThat(seen.exit()).as(seen.toString()).isEqualTo(42);
        assertThat(seen.out()).isEqualTo(far + " 'quoted'\n");
        assertThat(seen.err()).contains("problem");
        byte[] sent = new byte[300_000];
        Arrays.fill(sent, (byte) 'x');
        Seen counted = app.laptop().pocketpaas(app.directory(), sent, "exec", far, "--", "wc", "-c");
        assertThat(counted.out().strip()).isEqualTo("300000");
        assertThat(app.pocketpaas("exec", far, "--", "sh", "-c", "exit 255").exit())
                .as("ssh says 255, too, where a connection is lost")
                .isEqualTo(255);
        Seen missing = app.pocketpaas("exec", "web.9", "--", "true");
        assertThat(missing.exit()).as(missing.toString()).isEqualTo(4);
        assertThat(missing.err()).contains("running: web.1 web.2");
    }

    @Test
    @Order(2)
    void aShellThereHasATerminalAndEndsWithItsClient() throws Exception {
        String program = Laptop.program() + " exec " + far();
        try (Running shell = Running.start(
                app.laptop(), app.directory(), "script", "-qfec", "stty rows 33 cols 101; " + program, "/dev/null")) {
            shell.until("[#$] ");
            shell.type("stty size; echo $POCKETPAAS_PROCESS\n");
            shell.next("33 101\\s+" + far());
            shell.type("sleep 654321\n");
            Polling.eventually(() -> assertThat(sleeping()).isNotBlank());
        }
        Polling.eventually(() -> assertThat(sleeping()).isBlank());
        machines.home().droplet().assertNothingLingers();
    }

    private static String sleeping() {
        return machines.other().droplet().inside("pgrep -f 'sleep 65432[1]'").out();
    }

    @Test
    @Order(3)
    void filesComeAndGo() throws IOException {
        String far = far();
        Path file = app.laptop().home().resolve("sent");
        Path back = app.laptop().home().resolve("back");
        Files.writeString(file, "content\n".repeat(100_000));

        app.must("cp", file.toString(), far + ":/tmp/there");
        app.must("cp", far + ":/tmp/there", back.toString());

        assertThat(back).hasSameTextualContentAs(file);
        Seen missing = app.pocketpaas("cp", far + ":/tmp/nowhere", back.toString());
        assertThat(missing.exit()).as(missing.toString()).isEqualTo(4);
        assertThat(missing.err()).contains("there is no /tmp/nowhere in " + far);
    }

    @Test
    @Order(4)
    void aTunnelLeadsToAProcessThere() throws Exception {
        String far = far();
        Path output = app.directory().resolve("tunnel.json");
        Process tunnel = app.laptop().start(app.directory(), output, "tunnel", far, "--json");
        try {
            Polling.eventually(() -> assertThat(output).content().contains("\"port\""));
            String port = TestDroplet.field(Files.readString(output), "port");
            for (int i = 0; i < 4; i++) {
                assertThat(fetched("http://127.0.0.1:" + port + "/whoami")).startsWith(far + " ");
            }
        } finally {
            tunnel.destroy();
            tunnel.waitFor();
        }
    }

    private static String fetched(String address) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        var request = java.net.http.HttpRequest.newBuilder(java.net.URI.create(address))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                .body();
    }

    @Test
    @Order(5)
    void logsOfAllMachinesAreMergedByTime() {
        for (String word : List.of("alpha", "bravo", "charlie", "delta")) {
            String process = word.equals("alpha") || word.equals("charlie") ? far() : near();
            app.say(process, word);
        }
        Polling.eventually(() -> assertThat(app.must("logs").out())
                .containsSubsequence(
                        far() + " ", "said alpha", near() + " ", "said bravo", "said charlie", "said delta"));
        assertThat(app.must("logs", "-n", "2").out())
                .contains("said charlie", "said delta")
                .doesNotContain("bravo");
        machines.other().droplet().get(APP, "/by-the-other");
        Polling.eventually(
                () -> assertThat(app.must("logs", "--access", "--json").out())
                        .contains("nginx@" + machines.other().name())
                        .contains("GET /by-the-other "));
    }

    @Test
    @Order(6)
    void logsAreFollowedAndAMachineThatIsCutOffIsNamed() throws Exception {
        String far = far();
        app.say(far, "past");
        try (Running logs = Running.pocketpaas(app.laptop(), app.directory(), "logs", "--follow")) {
            logs.until("said past");
            app.say(far, "echo");
            logs.next("said echo");
            app.say(near(), "foxtrot");
            logs.next("said foxtrot");
            machines.other().cutOff();
            try {
                logs.next(machines.other().name() + " could not be asked, so what ran there is missing");
                Seen seen = app.pocketpaas("logs");
                assertThat(seen.exit()).as(seen.toString()).isZero();
                assertThat(seen.out())
                        .contains("said foxtrot")
                        .contains(machines.other().name() + " could not be asked");
            } finally {
                machines.other().connect();
            }
            Polling.eventually(() -> app.say(far, "golf"));
            logs.next("said golf");
        }
        machines.home().droplet().assertNothingLingers();
    }

    @Test
    @Order(7)
    void anAppThatIsOnTheHomeAloneMovesAtOnceUnderLoad() {
        Load load = Load.newConnections(machines.home().droplet().httpPort(), false, ALONE + ".localhost", "one");
        Seen moved = alone.pocketpaas("host", "migrate");
        assertThat(moved.exit()).as(moved.toString()).isZero();
        assertThat(moved.all()).contains(ALONE + " runs over the cluster").doesNotContain(APP + " runs over");
        load.await(300);

        Load.Report report = load.stop();
        assertThat(report.anomalies()).as(report.toString()).isEmpty();
        assertThat(machines.other().droplet().get(ALONE, "/").body()).isEqualTo("one");
        assertThat(alone.must("host", "migrate").out()).contains("Nothing to do: no app runs on the home alone.");
        assertThat(alone.must("--app", ALONE, "host", "migrate").out())
                .contains("Nothing to do: " + ALONE + " does not run on the home alone.");
    }

    @Test
    @Order(8)
    void processesGoWhereLabelsOfMachinesSay() {
        app.must("host", "label", machines.other().name(), "disk=ssd", "zone=one");
        assertThat(app.must("hosts", "nodes").out())
                .containsPattern(machines.other().name() + " .* disk=ssd zone=one");
        app.manifest("processes: { web: { place: { disk: ssd } } }");
        app.ship("placed");
        Polling.eventually(() ->
                assertThat(app.must("ps").out()).doesNotContain(machines.home().name() + " "));
        assertThat(machines.home().droplet().get(APP, "/").body()).isEqualTo("placed");

        app.must("host", "label", machines.other().name(), "disk=");
        app.message("nowhere");
        app.commit("nowhere");
        Seen refused = app.pocketpaas("deploy");
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("no machine of the cluster has the label disk=ssd, which web must have");
        assertThat(app.pocketpaas("host", "label", machines.other().name(), "pocketpaas.drained=yes")
                        .exit())
                .isEqualTo(2);

        app.manifest("processes: { web: { spread: zone } }");
        app.ship("spread");
        assertThat(machines.home().droplet().get(APP, "/").body()).isEqualTo("spread");
    }

    @Test
    @Order(9)
    void whatMayNotRunTwiceEndsOnEveryMachineBeforeTheNextBegins() {
        app.manifest("processes: { web: { overlap: false } }");
        app.ship("first");
        String before = app.must("ps").out();
        assertThat(before).contains("web.1").contains("web.2");

        app.message("second");
        app.commit("second");
        Seen shipped = app.pocketpaas("deploy");

        assertThat(shipped.exit()).as(shipped.toString()).isZero();
        assertThat(shipped.all())
                .contains("ends before the new release starts: web")
                .contains(APP + " does not answer until the new release is up");
        for (Machines.Machine machine : List.of(machines.home(), machines.other())) {
            assertThat(machine.droplet().get(APP, "/").body()).isEqualTo("second");
        }
    }

    @Test
    @Order(10)
    void anAppThatListensOnAnotherPortLosesNoRequest() {
        // The first two releases over the cluster reload nginx, for one slot each.
        alone.ship("moved");
        alone.ship("5000");
        List<Load> loads = List.of(machines.home(), machines.other()).stream()
                .map(machine -> Load.of(machine.droplet(), ALONE, "5000"))
                .toList();
        loads.forEach(load -> load.await(50));
        for (String port : List.of("8081", "8082", "8083", "5000")) {
            String before = gateway();
            loads.forEach(load -> load.expect(port));
            alone.manifest("drain: 10s", "healthcheck: { port: " + port + " }");
            alone.ship(port);
            assertThat(gateway()).as("a port changes the gateway").isNotEqualTo(before);
            loads.forEach(load -> load.await(50));
        }
        replaceAGatewayOfEarlierPrograms();
        loads.forEach(load -> load.await(50));

        for (Load load : loads) {
            Load.Report report = load.stop();
            assertThat(report.anomalies()).as(report.toString()).isEmpty();
            assertThat(report.count("steady", "8083")).as(report.toString()).isPositive();
        }
        Polling.eventually(() -> assertThat(machines.home()
                        .droplet()
                        .must("ls /var/lib/pocketpaas/gateways/" + ALONE)
                        .out()
                        .lines())
                .as("sockets of one gateway")
                .hasSize(4));
    }

    /** As other programs have made it: with another limit, and another digest of what it is made of. */
    private static void replaceAGatewayOfEarlierPrograms() {
        TestDroplet home = machines.home().droplet();
        home.must("docker service update --quiet --detach=false --label-add pocketpaas.gateway=earlier --limit-pids 63"
                + " --container-label-add pocketpaas.gateway.made-from=earlier --env-add MADE_FROM=earlier pocketpaas_"
                + ALONE + "_gateway");
        for (Machines.Machine machine : machines.all()) {
            awaitGateway(machine, "63");
        }

        home.must("/usr/local/lib/pocketpaas/current/reconcile " + ALONE);

        for (Machines.Machine machine : machines.all()) {
            awaitGateway(machine, "64");
        }
        assertThat(gateway()).doesNotStartWith("earlier");
    }

    /** One that may have so many processes is the only one there. */
    private static void awaitGateway(Machines.Machine machine, String pids) {
        Polling.eventually(() -> assertThat(machine.droplet()
                        .must("docker ps -q --filter label=pocketpaas.gateway=" + ALONE
                                + " | xargs docker inspect --format '{{.HostConfig.PidsLimit}}'")
                        .out())
                .isEqualTo(pids + "\n"));
    }

    /** Where nginx of the home reaches the app. */
    private static String gateway() {
        return machines.home()
                .droplet()
                .must("readlink /var/lib/pocketpaas/gateways/" + ALONE + "/green.sock")
                .out();
    }

    @Test
    @Order(11)
    void aCertificateComesWhereverTheNameLeads() throws Exception {
        TestDroplet home = machines.home().droplet();
        TestDroplet other = machines.other().droplet();
        try (TestAcme acme = TestAcme.start(home)) {
            acme.dns("far.tea-shop.net", machines.other().address());
            Seen added = app.must("domains", "add", "far.tea-shop.net");
            assertThat(added.all()).contains("https://far.tea-shop.net:").doesNotContain("does not lead here");
            String first = TestAcme.certificate(other, "far.tea-shop.net");
            assertThat(first).contains("Pebble Intermediate", "DNS:far.tea-shop.net");
            assertThat(TestAcme.certificate(home, "far.tea-shop.net")).isEqualTo(first);

            acme.expire(APP, "far.tea-shop.net");
            acme.timer();
            String renewed = TestAcme.certificate(other, "far.tea-shop.net");
            assertThat(renewed).contains("Pebble Intermediate").isNotEqualTo(first);
            assertThat(TestAcme.certificate(home, "far.tea-shop.net")).isEqualTo(renewed);
            // The laptop has another DNS.
            assertThat(app.pocketpaas("doctor").out()).contains("far.tea-shop.net leads here");
            for (TestDroplet machine : List.of(home, other)) {
                assertThat(machine.must("cd /var/lib/pocketpaas && find . -path '*/.well-known/*' -type f")
                                .out())
                        .as("nothing stays on " + machine.name())
                        .isEmpty();
            }

            // Of no matter for a name that leads to the home, and the managers do not know yet that it is down.
            acme.dns("near.tea-shop.net", machines.home().address());
            machines.other().cutOff();
            try {
                assertThat(app.must("domains", "add", "near.tea-shop.net").all())
                        .contains(other.name() + " cannot be told what the authority asks for")
                        .contains("https://near.tea-shop.net:");
            } finally {
                machines.other().connect();
            }
            assertThat(TestAcme.certificate(home, "near.tea-shop.net")).contains("DNS:near.tea-shop.net");
        }
    }

    /** The managers take it to be up for as long as this takes. */
    @Test
    @Order(12)
    void whatIsNoReleaseIsDoneWhileAMachineIsSilentAndItIsToldLater() {
        TestDroplet home = machines.home().droplet();
        TestDroplet other = machines.other().droplet();
        Polling.eventually(
                () -> assertThat(home.must("docker node ls").out()).containsPattern(other.name() + " +Ready"));
        app.must("restart");
        String untold = other.name() + " could not be brought up to date: " + other.name() + " does not answer";
        machines.other().deafen();
        try {
            Seen added = app.must("domains", "add", "late.example.com");
            assertThat(added.err()).containsOnlyOnce(untold);
            assertThat(app.must("maintenance", "on").err()).containsOnlyOnce(untold);
            assertThat(app.must("scale", "web=3").err()).containsOnlyOnce(untold);
            for (String[] words : new String[][] {{"restart"}, {"env", "set", "A=b"}}) {
                Seen refused = app.pocketpaas(words);
                assertThat(refused.exit()).as(refused.toString()).isEqualTo(5);
                assertThat(refused.err())
                        .contains("nothing was changed, as that machine may go on to answer with the old release")
                        .contains("run the command again");
            }
            assertThat(app.pocketpaas("env").out()).doesNotContain("A=b");
            assertThat(other.must("nginx -T 2>/dev/null").out()).doesNotContain("late.example.com");
        } finally {
            machines.other().hear();
        }
        home.must("systemctl start pocketpaas-notices.service");
        assertThat(other.must("nginx -T 2>/dev/null").out()).contains("late.example.com");
        assertThat(other.must("curl -s -o /dev/null -w '%{http_code}' -H 'Host: late.example.com' http://127.0.0.1/")
                        .out())
                .isEqualTo("503");
        assertThat(home.must("ls -A /var/lib/pocketpaas/cluster/missed/" + other.name())
                        .out())
                .isEmpty();
        app.must("maintenance", "off");
        app.must("restart");
    }

    private static String far() {
        return app.processOn(machines.other().droplet());
    }

    private static String near() {
        return app.processOn(machines.home().droplet());
    }
}
