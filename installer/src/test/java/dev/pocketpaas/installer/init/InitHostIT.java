package dev.pocketpaas.installer.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.setting.HostSettings;
import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import dev.pocketpaas.installer.programs.HostPrograms;
import dev.pocketpaas.installer.sandbox.SharedDroplet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The life of one real machine, from a minimal image without sudo and curl to a host that has been restarted. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InitHostIT {
    private static final HostInitializer INITIALIZER =
            new HostInitializer(HostPrograms.bundled(), new KeyName("tester"));
    private static final InitOptions OPTIONS = InitOptions.defaults()
            .with(HostSettings.DOMAIN, "localhost")
            .with(HostSettings.PUBLIC_PORT, 8080)
            .with(HostSettings.STACK, "example/stack:1")
            .with(HostSettings.BUILD_IMAGE, "example/stack:1-build")
            .withoutPulling();

    private static final HostRemover REMOVER = new HostRemover(HostPrograms.bundled());

    /** Each file with its mode, its owner and its content, but for what belongs to a package, and what the engine keeps. */
    private static final String SNAPSHOT = """
            cat /var/lib/dpkg/info/*.list | sort -u >/run/owned
            find /etc /usr/local /var/lib /root /var/spool/cron -xdev \\( -path /var/lib/docker -o -path /var/lib/containerd -o -path /var/lib/dpkg \\
                -o -path /var/lib/apt -o -path /var/lib/systemd/catalog -o -path /root/before \\) -prune -o \\
                -printf '%p\\n' | sort | grep -vxFf /run/owned | while read -r path; do
                if [ -L "$path" ]; then echo "link $path $(readlink "$path")"
                elif [ -f "$path" ]; then echo "$(stat -c '%a %U' "$path") $path $(sha256sum <"$path")"
                else echo "$(stat -c '%a %U' "$path") $path"; fi
            done
            """;

    private static final String STATE = """
            getent passwd; getent group; sshd -T; sysctl -a 2>/dev/null | grep -E '^(net.ipv4.(ip_forward|conf.all)|net.bridge|vm.swappiness)'
            systemctl list-unit-files --no-legend | sort; for t in raw nat filter mangle; do iptables -t $t -S; done; ip route; swapon
            docker ps -aq; docker images -q; docker volume ls -q; docker network ls --format '{{.Name}}'
            sha256sum /etc/fstab /etc/docker/* /etc/nginx/nginx.conf /etc/ssh/sshd_config; ls /etc/nginx/* /var/log/nginx
            """;

    private static RegisteredHost machine;

    @BeforeAll
    static void start() {
        machine = SharedDroplet.bare("init");
    }

    @AfterAll
    static void remove() {
        SharedDroplet.sandbox().down(machine.name(), true);
    }

    @Test
    @Order(1)
    void theMachineIsReallyBare() {
        assertThat(shell("type -P sudo curl docker nginx git; echo end")).isEqualTo("end");
    }

    @Test
    @Order(2)
    void aPlanSaysEverythingAndTouchesNothing() {
        shell("touch /run/before; sleep 0.05");
        try (SshConnection connection = SharedDroplet.connect(machine, "root")) {
            InitPlan plan = INITIALIZER.plan(connection, OPTIONS, event -> {});
            assertThat(plan.changes())
                    .extracting(InitPlan.Change::step)
                    .containsExactly(
                            "packages",
                            "user",
                            "directories",
                            "programs",
                            "files",
                            "docker",
                            "settings",
                            "nginx",
                            "key");
            assertThat(connection.channelsOpened()).isEqualTo(1);
        }
        assertThat(shell("find /etc /usr /opt /root /home /srv /var/lib -xdev -newer /run/before -type f; echo end"))
                .isEqualTo("end");
    }

    @Test
    @Order(3)
    void aPortHeldBySomethingElseIsRefusedBeforeAnythingIsChanged() {
        shell(
                "systemd-run --quiet --unit hog /usr/sbin/sshd -D -p 80; until grep -q ':0050 .* 0A ' /proc/net/tcp; do sleep 0.1; done");
        assertRefused("root", "port 80 is used by sshd");
        assertThat(shell("systemctl stop hog; ls -d /var/lib/pocketpaas* 2>/dev/null; echo end"))
                .isEqualTo("end");
    }

    @Test
    @Order(4)
    void aLoginWithoutRootIsRefused() {
        shell(
                "useradd --create-home --shell /bin/sh ops; usermod -p '*' ops; cp -R /root/.ssh /home/ops/; chown -R ops: /home/ops");
        assertRefused("ops", "the login \"ops\" is not root and cannot use sudo without a password");
    }

    @Test
    @Order(5)
    void itBecomesAHost() {
        List<OperationEvent> events = new ArrayList<>();
        try (SshConnection connection = SharedDroplet.connect(machine, "root")) {
            InitResult result = INITIALIZER.apply(connection, OPTIONS, events::add);
            assertThat(result.unchanged()).isFalse();
            assertThat(result.domain()).isEqualTo("localhost");
            assertThat(connection.channelsOpened()).isEqualTo(2);
        }
        assertThat(events)
                .filteredOn(OperationEvent.Step.class::isInstance)
                .filteredOn(event -> ((OperationEvent.Step) event).state() == OperationEvent.Step.State.DONE)
                .extracting(event -> ((OperationEvent.Step) event).name())
                .containsExactly(
                        "look",
                        "send",
                        "packages",
                        "user",
                        "directories",
                        "programs",
                        "files",
                        "docker",
                        "settings",
                        "nginx",
                        "key");
        assertThat(events)
                .as("the packages as they come")
                .contains(new OperationEvent.Output("Reading package lists..."))
                .anyMatch(event -> event instanceof OperationEvent.Output line
                        && line.text().startsWith("Setting up nginx "));
        assertThat(shell("journalctl -u docker.service -o cat | grep -c '^Starting docker'; "
                        + "systemctl show -p DropInPaths -p NeedDaemonReload docker.service"))
                .as("started once, with our part of its unit")
                .startsWith("1\n")
                .contains("docker.service.d/pocketpaas.conf", "NeedDaemonReload=no");
        assertThat(shell("curl -s -o /tmp/page -w '%{http_code} ' http://localhost/; cat /tmp/page"))
                .isEqualTo("404 no app here");
        assertThat(shell("curl -sk https://localhost/ >/dev/null; echo $?")).isEqualTo("35");
        assertThat(shell("ls -d /var/lib/pocketpaas-init.* 2>/dev/null; echo end"))
                .isEqualTo("end");
    }

    @Test
    @Order(6)
    void aSecondRunLooksOnceAndChangesNothing() {
        try (SshConnection connection = SharedDroplet.connect(machine, "root")) {
            InitResult result =
                    INITIALIZER.apply(connection, InitOptions.defaults().withoutPulling(), event -> {});
            assertThat(result.changed()).isEmpty();
            assertThat(result.publicPort()).isEqualTo(8080);
            assertThat(result.keyName()).isEqualTo("tester");
            assertThat(connection.channelsOpened()).isEqualTo(1);
        }
    }

    @Test
    @Order(7)
    void sudoWithoutAPasswordIsAsGoodAsRoot() {
        shell("echo 'ops ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ops; rm /etc/nginx/conf.d/pocketpaas.conf");
        try (SshConnection connection = SharedDroplet.connect(machine, "ops")) {
            InitResult result = INITIALIZER.apply(connection, OPTIONS, event -> {});
            assertThat(result.changed()).containsExactly("nginx");
        }
        assertThat(shell("curl -s http://localhost/")).isEqualTo("no app here");
    }

    @Test
    @Order(8)
    void aBrokenConfigurationOfTheOwnersIsNotMadeWorse() {
        shell("echo 'nonsense;' >/etc/nginx/conf.d/own.conf; cp /etc/nginx/conf.d/pocketpaas.conf /root/before;"
                + " echo '# changed' >>/etc/nginx/conf.d/pocketpaas.conf");
        try (SshConnection connection = SharedDroplet.connect(machine, "root")) {
            assertThatThrownBy(() -> INITIALIZER.apply(connection, OPTIONS, event -> {}))
                    .hasMessageContaining("nginx refuses its configuration")
                    .isInstanceOfSatisfying(
                            PocketException.class,
                            e -> assertThat(String.join("\n", e.details())).contains("nonsense"));
        }
        assertThat(shell(
                        "tail -n 1 /etc/nginx/conf.d/pocketpaas.conf; curl -s http://localhost/; rm /etc/nginx/conf.d/own.conf;"
                                + " cp /root/before /etc/nginx/conf.d/pocketpaas.conf"))
                .isEqualTo("# changed\nno app here");
    }

    @Test
    @Order(9)
    void theKeyOpensTheDoorAndNothingElse() {
        try (SshConnection connection = SharedDroplet.connect(machine, "pocketpaas")) {
            assertThat(run(connection, "pocketpaas/1 hello", 0)).contains("protocol", "tester");
            run(connection, "id", 4);
        }
    }

    @Test
    @Order(10)
    void nothingOfOursRunsAndARestartBringsEverythingBack() {
        assertThat(shell("pgrep -af 'pocketpaas[/]' ; ps -o args= -u pocketpaas; echo end"))
                .isEqualTo("end");
        SharedDroplet.sandbox().restart(machine.name());
        assertThat(shell("systemctl is-active docker nginx | tr '\\n' ' '; curl -s http://localhost/;"
                        + " systemctl show -p Result --value pocketpaas-boot.service"))
                .isEqualTo("active active no app here\nsuccess");
    }

    @Test
    @Order(11)
    void anUninstallLeavesWhatItNamesAndNothingElse() {
        try (SshConnection connection = SharedDroplet.connect(machine, "root")) {
            HostContents there = REMOVER.look(connection);
            assertThat(there.isEmpty()).isFalse();
            assertThat(there.left()).containsKeys("files", "user", "firewall rules", "routes", "units");
            assertThat(there.stays())
                    .anyMatch(text -> text.startsWith("of these, PocketPaaS installed: docker.io iptables nginx"));
            assertThat(REMOVER.remove(connection, false, event -> {}))
                    .as("what stays is said before and after alike")
                    .isEqualTo(there.stays());
            assertThat(REMOVER.look(connection).isEmpty()).isTrue();
        }
        assertThat(shell("find / -xdev -name '*pocketpaas*' -not -path '/proc/*' -not -path '/sys/*'"
                        + " -not -path '/opt/pocketpaas-sandbox*'; getent passwd pocketpaas; echo end"))
                .isEqualTo("end");
        assertThat(shell("systemctl is-active docker nginx | tr '\\n' ' '")).isEqualTo("active active");
        assertThat(
                        shell(
                                "readlink /etc/nginx/sites-enabled/default; ls /etc/docker /etc/systemd/system | grep -c -e daemon.json -e '[.]d$'"))
                .as("nginx's own site, and none of our settings for Docker; sshd's directory is the droplet's")
                .isEqualTo("/etc/nginx/sites-available/default\n1");
    }

    @Test
    @Order(12)
    void aMachineThatHadThePackagesIsAsItWasBefore() {
        String before = shell(SNAPSHOT + STATE);
        try (SshConnection connection = SharedDroplet.connect(machine, "root")) {
            INITIALIZER.apply(connection, OPTIONS, event -> {});
            assertThat(shell(SNAPSHOT + STATE)).isNotEqualTo(before);
            shell("docker network create --label pocketpaas.app=shop pocketpaas-shop;"
                    + " docker volume create --label pocketpaas.app=shop pocketpaas-shop.data;"
                    + " mkdir /tmp/empty; tar -C /tmp/empty -c . | docker import --change 'LABEL pocketpaas.app=shop' - pocketpaas-app-shop:1;"
                    + " docker create --label pocketpaas.app=shop pocketpaas-app-shop:1 none");
            assertThatThrownBy(() -> REMOVER.remove(connection, false, event -> {}))
                    .hasMessageContaining("there is data on this host: pocketpaas-shop.data");
            shell(
                    "systemd-run --quiet sh -c 'while [ -e /etc/systemd/system/pocketpaas-boot.service ]; do sleep 0.01; done;"
                            + " systemctl kill -s KILL \"pocketpaas-work-*\"'");
            assertThatThrownBy(() -> REMOVER.remove(connection, true, event -> {}))
                    .isInstanceOf(PocketException.class);
            assertThat(REMOVER.look(connection).left())
                    .as("killed in the middle")
                    .containsKeys("files", "user");
            REMOVER.remove(connection, true, event -> {});
            assertThat(REMOVER.look(connection).isEmpty()).isTrue();
        }
        assertThat(shell(SNAPSHOT + STATE)).isEqualTo(before);
    }

    private static void assertRefused(String user, String reason) {
        try (SshConnection connection = SharedDroplet.connect(machine, user)) {
            assertThatThrownBy(() -> INITIALIZER.apply(connection, OPTIONS, event -> {}))
                    .hasMessage(reason)
                    .isInstanceOfSatisfying(
                            PocketException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED));
        }
    }

    /** What root's bash prints, without final newlines; what the script does after a failure is its own matter. */
    private static String shell(String script) {
        try (SshConnection connection = SharedDroplet.connect(machine, "root")) {
            return run(connection, "exec bash -c '" + script.replace("'", "'\\''") + "'", 0);
        }
    }

    private static String run(SshConnection connection, String command, int status) {
        try (RemoteProcess process = connection.start(RemoteCommand.of(command))) {
            process.stdin().close();
            String output = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(command + "\n" + output).isEqualTo(status);
            return output.stripTrailing();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(command, e);
        }
    }
}
