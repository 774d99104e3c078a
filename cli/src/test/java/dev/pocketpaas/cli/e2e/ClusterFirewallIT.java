package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Machines.Machine;
import dev.pocketpaas.cli.e2e.Shell.Seen;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Two machines that become a cluster behind a firewall of their own: Debian's real {@code ufw}, then its real {@code firewalld}. */
@Tag("fleet")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterFirewallIT {
    private static final String APP = "walled";
    private static final String INSTALL =
            "DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends ";
    private static final String LOOK = "systemctl start pocketpaas-notices.service";

    private static Machines machines;
    private static TestApp app;

    @BeforeAll
    static void twoMachinesBehindUfw() {
        machines = Machines.two("-wall");
        app = TestApp.create(machines.home().droplet(), APP);
        for (Machine machine : machines.all()) {
            machine.droplet()
                    .must(INSTALL + "ufw && ufw default deny incoming && ufw allow 22/tcp && ufw allow 80/tcp"
                            + " && ufw deny from " + other(machine).address() + " && ufw --force enable");
        }
        app.must("deploy");
    }

    @AfterAll
    static void gone() throws Exception {
        if (machines != null) {
            machines.close();
        }
    }

    @Test
    @Order(1)
    void ufwLetsTheOtherMachineInAndNobodyElse() {
        machines.join(machines.other());

        for (Machine machine : machines.all()) {
            String from = "ufw allow from " + other(machine).address() + " to any port ";
            assertThat(machine.droplet().must("ufw show added").out())
                    .contains(from + "22,2377,7946 proto tcp comment 'pocketpaas cluster'")
                    .contains(from + "4789,7946 proto udp comment 'pocketpaas cluster'");
            assertThat(machine.droplet().must("ufw status").out())
                    .as("for nobody else")
                    .doesNotContainPattern("(2377|7946|4789).*Anywhere");
        }
        assertThatProcessesOnBothAnswerThroughBoth("behind ufw");
        assertThat(audit()).contains("ufw lets the machines of the cluster in");
    }

    @Test
    @Order(2)
    void aFirewallThatLosesTheRulesIsNamedAndHasThemAgainByTheTimer() {
        TestDroplet home = machines.home().droplet();
        home.must("ufw --force delete allow proto udp from " + machines.other().address()
                + " to any port 4789,7946 && ufw status | grep -vq 4789");
        assertThat(audit())
                .contains("ufw has no rules for other machines of the cluster: "
                        + machines.other().name())
                .contains("systemctl start pocketpaas-notices");

        home.must(LOOK);

        assertThat(audit()).contains("ufw lets the machines of the cluster in");
        assertThatProcessesOnBothAnswerThroughBoth("ufw again");
    }

    @Test
    @Order(3)
    void ufwIsClosedAgainWhenTheMachineLeaves() {
        app.must("host", "leave", machines.other().name());

        for (Machine machine : machines.all()) {
            assertThat(machine.droplet().must("ufw show added").out())
                    .doesNotContain("pocketpaas cluster")
                    .contains(
                            "ufw allow 22/tcp",
                            "ufw deny from " + other(machine).address());
        }
    }

    @Test
    @Order(4)
    void firewalldLetsTheOtherMachineInWhateverZoneItIsIn() {
        for (Machine machine : machines.all()) {
            // Who starts it after Docker has to start Docker again: it forgets Docker's rules.
            machine.droplet()
                    .must("ufw --force disable && " + INSTALL + "firewalld && systemctl is-active firewalld"
                            + " && firewall-cmd --quiet --permanent --add-service=http && firewall-cmd --quiet --permanent"
                            + " --zone=block --add-source=" + other(machine).address()
                            + " && firewall-cmd --quiet --reload && systemctl restart docker");
            machine.droplet().awaitEngine();
        }
        machines.join(machines.other());

        for (Machine machine : machines.all()) {
            String from = "source address=\"" + other(machine).address() + "\" port port=\"";
            assertThat(machine.droplet()
                            .must("firewall-cmd --policy pocketpaas-cluster --list-rich-rules")
                            .out())
                    .contains(from + "2377\"", from + "7946\"", from + "4789\"", from + "22\"");
        }
        assertThatProcessesOnBothAnswerThroughBoth("behind firewalld");
        assertThat(audit())
                .contains("firewalld lets the machines of the cluster in")
                .containsPattern("firewall: firewalld, lets in [0-9 ]+\n");
    }

    @Test
    @Order(5)
    void firewalldIsClosedAgainWhenTheMachineLeaves() {
        app.must("host", "leave", machines.other().name());
        app.must("host", "leave", machines.home().name());

        for (Machine machine : machines.all()) {
            assertThat(machine.droplet()
                            .must("firewall-cmd --get-policies; ls /etc/firewalld/policies")
                            .out())
                    .doesNotContain("pocketpaas");
        }
    }

    private static Machine other(Machine machine) {
        return machine == machines.home() ? machines.other() : machines.home();
    }

    /** Each machine's nginx hands requests to processes on both, and the app is changed on both. */
    private static void assertThatProcessesOnBothAnswerThroughBoth(String message) {
        app.ship(message);
        app.must("scale", "web=2");
        String processes = app.must("ps").out();
        for (Machine machine : machines.all()) {
            assertThat(processes).contains(machine.name());
            for (String process : new String[] {"web.1 ", "web.2 "}) {
                Polling.eventually(() ->
                        assertThat(machine.droplet().get(APP, "/whoami").body()).startsWith(process));
            }
            assertThat(machine.droplet().get(APP, "/").body()).isEqualTo(message);
        }
    }

    private static String audit() {
        Seen seen = app.pocketpaas("host", "audit", machines.home().name());
        assertThat(seen.exit())
                .as("other things are wrong with a sandbox: " + seen)
                .isIn(0, 4);
        return seen.all();
    }
}
