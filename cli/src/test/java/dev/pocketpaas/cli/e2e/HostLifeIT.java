package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A host with an app on it is audited, hardened, removed, and set up again: {@code mvn verify -Phost}. */
@Tag("host")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostLifeIT {
    private static final String LISTEN = "perl -MIO::Socket::INET -e "
            + "'$s = IO::Socket::INET->new(LocalPort => shift, Listen => 5, ReuseAddr => 1); close $c while $c = $s->accept'";

    /** Something that nobody should reach. */
    private static final String OPEN = "systemd-run --quiet --unit open python3 -m http.server 5432;"
            + " until grep -q ':1538 .* 0A ' /proc/net/tcp; do sleep 0.1; done";

    private static TestDroplet droplet;
    private static TestApp app;
    private static String address;
    /** Knows the droplet by its own address, as one knows a machine of a provider. */
    private static Laptop outside;

    @BeforeAll
    static void start() {
        droplet = TestDroplet.start("-life", List.of());
        address = droplet.inside("ip -4 -o address show eth0 | sed -n 's,.* inet \\([0-9.]*\\)/.*,\\1,p'")
                .out()
                .strip();
        outside = droplet.laptop()
                .with("POCKETPAAS_SSH_KEY", droplet.identity().toString())
                .with(
                        "POCKETPAAS_KNOWN_HOSTS",
                        droplet.laptop().home().resolve("known").toString());
        app = TestApp.create(
                droplet,
                "lived",
                "volumes: { data: /app/data }",
                "cron:",
                "  n: { schedule: '0 3 * * *', command: 'true' }");
        app.must("deploy");
    }

    @AfterAll
    static void remove() throws IOException {
        droplet.close();
    }

    private static Seen host(String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "--accept-new-host-key";
        all[1] = "host";
        System.arraycopy(words, 0, all, 2, words.length);
        return outside.pocketpaas(outside.home(), all);
    }

    @Test
    @Order(1)
    void anAuditNamesWhatIsOpenAndItsCure() {
        droplet.inside(OPEN + ";"
                + " docker run -d --name published -p 6379:6379 \"$(cat /var/lib/pocketpaas/host/stack)\" " + LISTEN
                + " 6379");
        Seen seen = host("audit", address);
        assertThat(seen.exit()).as(seen.toString()).isEqualTo(4);
        assertThat(seen.out())
                .contains(
                        "sshd accepts passwords",
                        "pocketpaas host harden HOST --ssh-keys-only",
                        "port 5432 (python3) answers from here",
                        "the container published publishes port 6379 to everybody",
                        "the cloud's metadata address is closed to apps and builds (tried from lived)",
                        "no firewall on the host, and more listens than SSH and HTTP: [5432, 6379]");
        assertThat(host("audit", address, "--json").out()).contains("\"area\" : \"ports\"", "\"exit_code\" : 4");
        assertThat(droplet.laptop()
                        .pocketpaas(droplet.laptop().home(), "host", "audit", droplet.name())
                        .out())
                .as("by a forwarded port of this machine, nothing is tried")
                .contains("no port was tried");
        droplet.inside("iptables -t raw -F");
        assertThat(host("audit", address).out())
                .as("whether something answers there depends on where the droplet is")
                .containsPattern("reaches the cloud's metadata address, which should be closed"
                        + "|the rules that close the cloud's metadata address to apps are missing");
        droplet.inside("/usr/local/lib/pocketpaas/current/metadata");
    }

    @Test
    @Order(2)
    void aChangeThatLocksUsOutIsTakenBackWithinAMinute() {
        assertThat(droplet.inside(
                                "apt-get -q install --yes --no-install-recommends ufw && ufw deny from \"$(ip route | sed -n 's/^default via \\([0-9.]*\\).*/\\1/p')\"")
                        .exit())
                .isZero();
        Seen seen = host("harden", "root@" + address, "--firewall", "--yes");
        assertThat(seen.exit()).as(seen.toString()).isEqualTo(4);
        assertThat(seen.err())
                .contains("the host does not let us in any more; it takes the change back within a minute");
        Polling.until(
                Duration.ofSeconds(60),
                () -> outside.pocketpaas(outside.home(), "--host", address, "apps")
                                .exit()
                        == 0,
                () -> droplet.inside("ufw status; systemctl list-timers --all").all());
        assertThat(droplet.inside("ufw status").out()).contains("Status: inactive");
        String left =
                "ls /etc/systemd/system | grep harden; ls -d /var/lib/pocketpaas-init.* /var/lib/pocketpaas/harden";
        Polling.until(
                Duration.ofSeconds(30),
                () -> droplet.inside(left).out().isEmpty(),
                () -> "this is left of it:\n" + droplet.inside(left).out());
        droplet.inside("ufw --force reset");
    }

    /** Between the change and its confirmation the machine may stop. */
    @Test
    @Order(3)
    void aRebootBeforeTheConfirmationDoesNotKeepTheChange() {
        droplet.inside("ufw deny from \"$(ip route | sed -n 's/^default via \\([0-9.]*\\).*/\\1/p')\"");
        assertThat(host("harden", "root@" + address, "--firewall", "--yes").exit())
                .isEqualTo(4);
        droplet.reboot();
        Polling.until(
                Duration.ofSeconds(120),
                () -> outside.pocketpaas(outside.home(), "--host", address, "apps")
                                .exit()
                        == 0,
                () -> droplet.inside("ufw status; systemctl list-timers --all").all());
        assertThat(droplet.inside("ufw status").out()).contains("Status: inactive");
        droplet.inside("ufw --force reset; docker start published; " + OPEN);
    }

    @Test
    @Order(4)
    void aHardenedHostStillServesAndSaysWhatGoesPastItsFirewall() {
        Seen plan = host("harden", "root@" + address, "--ssh-keys-only", "--firewall", "--allow", "8443", "--plan");
        assertThat(plan.out())
                .contains("would change: sshd accepts keys only", "ufw lets in only the ports 22 80 443 8443");
        assertThat(host("harden", "root@" + address, "--ssh-keys-only").exit())
                .as("nobody says yes")
                .isEqualTo(4);
        Seen seen = host("harden", "root@" + address, "--ssh-keys-only", "--firewall", "--allow", "8443", "--yes");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(host("harden", "root@" + address, "--ssh-keys-only", "--firewall", "--allow", "8443")
                        .out())
                .contains("Nothing to do");
        assertThat(droplet.inside("sshd -T | grep -i ^passwordauthentication; ufw status")
                        .out())
                .contains("passwordauthentication no", "8443/tcp");
        Seen audit = host("audit", address);
        assertThat(audit.out())
                .contains(
                        "sshd accepts keys only",
                        "ufw claims to close it, and Docker's own rules let it past",
                        "firewall: ufw, lets in 22 80 443 8443")
                .doesNotContain("port 5432");
        assertThat(droplet.get("lived", "/").body()).isEqualTo("one");
        app.message("two");
        app.commit("second");
        app.must("deploy");
        assertThat(droplet.get("lived", "/").body()).isEqualTo("two");
    }

    @Test
    @Order(5)
    void anUninstallAsksForTheNameAndForTheData() {
        Laptop laptop = droplet.laptop();
        Seen refused =
                laptop.pocketpaas(laptop.home(), "host", "uninstall", droplet.name(), "--confirm", droplet.name());
        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.err()).contains("pocketpaas-lived.data", "add --with-data");
        Seen other = laptop.pocketpaas(
                laptop.home(), "host", "uninstall", droplet.name(), "--confirm", "other", "--with-data");
        assertThat(other.exit()).isEqualTo(4);
        assertThat(laptop.pocketpaas(laptop.home(), "host", "uninstall", droplet.name(), "--verify")
                        .exit())
                .isEqualTo(4);
        assertThat(droplet.get("lived", "/").body()).as("nothing was changed").isEqualTo("two");
    }

    @Test
    @Order(6)
    void whatIsCutOffIsCompletedByTheNextRun() {
        Laptop laptop = droplet.laptop();
        droplet.inside(
                "systemd-run --quiet sh -c 'while [ -e /etc/systemd/system/pocketpaas-boot.service ]; do sleep 0.01; done;"
                        + " systemctl kill -s KILL \"pocketpaas-work-*\"'");
        String[] words = {"host", "uninstall", droplet.name(), "--confirm", droplet.name(), "--with-data"};
        Seen cut = laptop.pocketpaas(laptop.home(), words);
        assertThat(cut.exit()).as(cut.toString()).isNotZero();
        Seen seen = laptop.pocketpaas(laptop.home(), words);
        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(seen.out()).contains("PocketPaaS is removed from " + droplet.name(), "00-pocketpaas.conf");
        assertThat(laptop.pocketpaas(laptop.home(), "host", "uninstall", droplet.name(), "--verify")
                        .exit())
                .isZero();
        assertThat(droplet.inside(
                                "docker ps --format '{{.Names}}'; docker volume ls -q; docker network ls --format '{{.Name}}'; getent passwd pocketpaas;"
                                        + " find / -xdev -name '*pocketpaas*' -not -path '/proc/*' -not -path '/opt/pocketpaas-sandbox*'")
                        .out())
                .as("the owner's container, and what hardens the machine, stay")
                .isEqualTo("published\nbridge\nhost\nnone\n" + "/etc/ssh/sshd_config.d/00-pocketpaas.conf\n");
        assertThat(laptop.pocketpaas(laptop.home(), words).out()).contains("Nothing to do");
    }

    @Test
    @Order(7)
    void itCanBeSetUpAgain() {
        Laptop laptop = droplet.laptop();
        Seen seen = laptop.pocketpaas(laptop.home(), "init", "host", droplet.name(), "--domain", "localhost");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(droplet.inside("ufw status").out()).contains("80/tcp");
    }
}
