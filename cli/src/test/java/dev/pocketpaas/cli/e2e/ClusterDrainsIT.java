package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Machines.Machine;
import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Logs of an app on two machines that are sent to a server on one of them, by syslog over TLS and by HTTPS: from each machine its own. */
@Tag("fleet")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterDrainsIT {
    private static final String APP = "told";
    private static final String TARGET = "syslog+tls://" + LogReceiver.NAME + ":6514";
    private static final String ADDRESS = "https://ada:hunter2@" + LogReceiver.NAME + ":8443/in?token=t0ken";
    private static final String FORWARDER = "systemctl is-active pocketpaas-logdrain";
    private static final String LOOK = "systemctl start pocketpaas-notices.service";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static Machines machines;
    private static TestApp app;
    private static LogReceiver syslog;
    private static LogReceiver https;

    @BeforeAll
    static void twoMachinesAndAnAppOnTheHomeAlone() {
        machines = Machines.two("-drains");
        TestDroplet home = machines.home().droplet();
        machines.all()
                .forEach(machine ->
                        LogReceiver.name(machine.droplet(), machines.home().address()));
        syslog = LogReceiver.syslog(home);
        https = LogReceiver.https(home);
        syslog.start("cert.pem");
        https.start("cert.pem");
        app = TestApp.create(home, APP, "stop-timeout: 1s", "drain: 1s");
        app.must("deploy");
    }

    @AfterAll
    static void gone() throws Exception {
        if (machines != null) {
            LogReceiver.remove(machines.home().droplet());
            machines.close();
        }
    }

    @Test
    @Order(1)
    void anAppThatComesToTheClusterIsSentFromBothMachines() {
        app.must("logs", "drain", "add", TARGET);
        machines.join(machines.other());
        assertThat(machines.other().droplet().inside(FORWARDER).out())
                .as("nothing of the app runs there")
                .doesNotStartWith("active");

        app.must("restart");
        app.must("scale", "web=2");
        String far = app.processOn(machines.other().droplet());
        String near = app.processOn(machines.home().droplet());
        app.say(far, "alpha");
        app.say(near, "bravo");
        syslog.await("said alpha");
        syslog.await("said bravo");

        assertThat(syslog.got())
                .containsPattern(line(machines.other(), far, "said alpha"))
                .containsPattern(line(machines.home(), near, "said bravo"));
        assertThat(syslog.got().split("said (alpha|bravo)", -1)).as("each once").hasSize(3);
        assertThat(app.must("logs", "drain").out()).contains(TARGET).doesNotContain("not send");
    }

    @Test
    @Order(2)
    void linesWaitOnTheMachineThatCannotReachTheTarget() {
        LogReceiver.reachable(machines.other(), false);
        try {
            String far = app.processOn(machines.other().droplet());
            for (String word : List.of("charlie", "delta", "echo")) {
                app.say(far, word);
            }
            app.say(app.processOn(machines.home().droplet()), "foxtrot");
            syslog.await("said foxtrot");
            Polling.until(
                    PATIENCE,
                    () -> app.must("logs", "drain", "--json").out().contains("\"waiting\" : \"3\""),
                    () -> app.must("logs", "drain", "--json").out());
            assertThat(syslog.got()).doesNotContain("said delta");
        } finally {
            LogReceiver.reachable(machines.other(), true);
        }
        for (String word : List.of("charlie", "delta", "echo")) {
            syslog.await("said " + word);
        }
    }

    @Test
    @Order(3)
    void aMachineThatCannotBeAskedGetsADrainLaterAndNoSecretIsSeenThere() {
        TestDroplet other = machines.other().droplet();
        other.must(
                "iptables -w -I INPUT -p tcp --dport 22 -s " + machines.home().address() + " -j DROP");
        try {
            Seen added = LogReceiver.added(app, ADDRESS);
            assertThat(added.all()).contains(machines.other().name() + " could not be told where logs are sent");
            assertThat(app.must("logs", "drain").out())
                    .contains(machines.other().name() + ": could not be asked");
        } finally {
            other.must("iptables -w -D INPUT -p tcp --dport 22 -s "
                    + machines.home().address() + " -j DROP");
        }
        assertThat(app.must("logs", "drain").out()).contains(machines.other().name() + ": does not send them yet");

        machines.home().droplet().must(LOOK);
        String far = app.processOn(other);
        app.say(far, "golf");
        https.await("said golf");
        assertThat(https.got()).containsPattern("\\S+ " + APP + " " + far + " - said golf");
        assertThat(https.asked()).contains("200 /in?token=t0ken Basic YWRhOmh1bnRlcjI= ");
        assertThat(app.must("logs", "drain").out())
                .doesNotContain(machines.other().name());
        assertThat(other.must("cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'"
                                + "; cat /var/lib/pocketpaas/drains/rsyslog.conf /var/log/pocketpaas/*"
                                + "; journalctl --no-pager -o cat")
                        .out())
                .contains("send-logs")
                .doesNotContain("hunter2", "t0ken", "YWRhOmh1bnRlcjI=");
        assertThat(other.must("find /var/lib/pocketpaas/drains /var/lib/pocketpaas/cluster/drains"
                                + " -type f ! -perm 0600 -o -type d ! -perm 0700")
                        .out())
                .isEmpty();
    }

    @Test
    @Order(4)
    void whatTheTargetOfOneMachineAnswersIsToldWithItsName() {
        LogReceiver.reachable(machines.other(), false);
        try {
            app.say(app.processOn(machines.other().droplet()), "hotel");
            Polling.until(
                    PATIENCE,
                    () -> app.must("logs", "drain")
                            .out()
                            .contains(machines.other().name() + ": it refuses connections"),
                    () -> app.must("logs", "drain").out());
        } finally {
            LogReceiver.reachable(machines.other(), true);
        }
        https.await("said hotel");
    }

    @Test
    @Order(5)
    void aDrainThatIsRemovedEndsOnBothMachines() {
        app.must("logs", "drain", "remove", "2");
        assertThat(machines.other()
                        .droplet()
                        .must("ls /var/lib/pocketpaas/drains/https")
                        .out())
                .isEmpty();
        app.must("logs", "drain", "remove", "1");

        for (Machine machine : machines.all()) {
            assertThat(machine.droplet().inside(FORWARDER).out()).doesNotStartWith("active");
            assertThat(machine.droplet().must("ls /var/lib/pocketpaas").out()).doesNotContain("drains");
        }
    }

    @Test
    @Order(6)
    void aMachineThatLeavesSendsNothingAnyMore() {
        app.must("logs", "drain", "add", TARGET);
        assertThat(machines.other().droplet().inside(FORWARDER).out()).startsWith("active");

        app.must("host", "leave", machines.other().name());

        assertThat(machines.other().droplet().inside(FORWARDER).out()).doesNotStartWith("active");
        assertThat(machines.other().droplet().must("ls /var/lib/pocketpaas").out())
                .doesNotContain("drains");
        app.say(app.processOn(machines.home().droplet()), "india");
        syslog.await("said india");
    }

    /** A frame of RFC 5424: host, app, process. */
    private static String line(Machine machine, String process, String text) {
        return "<[0-9]+>1 [-0-9T:.+Z]+ "
                + machine.droplet().must("hostname").out().strip() + " " + APP + " " + process + " - - " + text;
    }
}
