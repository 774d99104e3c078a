package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Machines.Machine;
import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Three managers, a volume and a database on the home, backups on another machine: the home is lost, and its data comes to the next home. */
@Tag("fleet")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterDataIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String APP = "keeper";
    private static final String DB = "rows";
    private static final String SUM = "SELECT count(*), sum(id), md5(string_agg(v, '' ORDER BY id)) FROM t";
    private static final String TARGET = "syslog+tcp://192.0.2.7:514";
    private static final String START = "/usr/sbin/sshd -f /etc/vault/config";
    private static final String STOP =
            "kill $(cat /run/vault.pid); while ss -Hltn 'sport = 2022' | grep -q .; do sleep 0.1; done";

    private static Machines machines;
    private static Machine first;
    private static Machine second;
    private static Machine third;
    private static TestApp app;
    private static String rows = "";

    @BeforeAll
    static void threeManagersAndAnAppWithData() {
        machines = Machines.three("-data");
        first = machines.all().get(0);
        second = machines.all().get(1);
        third = machines.all().get(2);
        StandIns.bring(first.droplet(), "postgres");
        StandIns.bring(second.droplet(), "postgres");
        machines.join(second, "--manager");
        machines.join(third, "--manager");
        app = TestApp.create(
                first.droplet(), APP, "volumes: { files: /data }", "services: { " + DB + ": postgres }", "drain: 5s");
        app.must("deploy");
        app.must("scale", "web=2");
        sql("CREATE TABLE t AS SELECT g AS id, md5(g::text) AS v FROM generate_series(1, 100000) g");
        rows = sql(SUM);
        assertThat(third.droplet().get(APP, "/write/precious").body()).isEqualTo("written");
        third.droplet()
                .must(
                        "useradd -m -u 2022 vault && usermod -p '*' vault && mkdir -p /etc/vault /run/sshd /home/vault/.ssh"
                                + " && chown -R vault /home/vault && ssh-keygen -q -t ed25519 -N '' -f /etc/vault/key"
                                + " && printf 'Port 2022\\nHostKey /etc/vault/key\\nSubsystem sftp internal-sftp\\nPasswordAuthentication no\\n"
                                + "PidFile /run/vault.pid\\n' >/etc/vault/config && " + START);
    }

    @AfterAll
    static void gone() throws Exception {
        if (machines != null) {
            first.droplet().powerOn();
            machines.close();
        }
    }

    @Test
    @Order(1)
    void whatHasAVolumeRunsOnTheHomeAndIsShownThere() {
        assertThat(app.must("ps").out())
                .containsPattern("web\\.1 .* " + first.name() + " ")
                .containsPattern("web\\.2 .* " + first.name() + " ");
        for (Machine machine : machines.all()) {
            assertThat(machine.droplet().get(APP, "/read").body()).isEqualTo("precious");
        }
    }

    @Test
    @Order(2)
    void theOtherManagersKnowWhereTheBackupsAre() {
        String key = app.must("backups", "destination", "--ssh-key")
                .out()
                .lines()
                .filter(line -> line.startsWith("ssh-ed25519 "))
                .findFirst()
                .orElseThrow();
        third.droplet().must("echo 'restrict " + key + "' >/home/vault/.ssh/authorized_keys");
        app.must("backups", "destination", "sftp:vault@" + third.address() + ":2022/home/vault/backups");
        app.must("backups", "schedule", "03:00", "--keep", "5d,2w,1m");
        app.must("backups", "create");
        // Nobody listens there: lines wait.
        app.must("logs", "drain", "add", TARGET);

        String there = "cd /var/lib/pocketpaas/cluster/mirror/backups && cat ../apps/" + APP
                + "/drains/1/target destination schedule keep && stat -c '%a %U' passphrase ssh-key ../../mirror";
        for (Machine machine : new Machine[] {second, third}) {
            Polling.eventually(
                    () -> assertThat(machine.droplet().inside(there).out()).startsWith(TARGET + "sftp:vault@"));
            assertThat(machine.droplet().must(there).out())
                    .contains("03:00", "5 2 1")
                    .endsWith("600 root\n600 root\n700 root\n");
        }
    }

    @Test
    @Order(3)
    void theNextHomeSaysSoWhileItCannotReadTheBackups() {
        first.droplet().powerCut();
        machines.awaitDown(first, second);
        third.droplet().must(STOP);

        Seen failed = app.pocketpaas("host", "recover", second.name());

        third.droplet().must(START);
        assertThat(failed.exit()).as(failed.toString()).isEqualTo(5);
        assertThat(failed.all())
                .contains("its backup cannot be read")
                .contains("this is not as it should be: " + APP + " " + DB);
    }

    @Test
    @Order(4)
    void theSameCommandBringsTheDataToTheNextHome() {
        app.must("host", "recover", second.name());

        app.manifestFor(
                second.droplet(), "volumes: { files: /data }", "services: { " + DB + ": postgres }", "drain: 5s");
        assertThat(sql(SUM)).isEqualTo(rows);
        for (Machine machine : new Machine[] {second, third}) {
            Polling.until(
                    PATIENCE,
                    () -> machine.droplet().get(APP, "/read").body().equals("precious"),
                    () -> machine.name() + ": " + machine.droplet().get(APP, "/read") + "\n"
                            + app.pocketpaas("ps").all());
        }
        assertThat(app.must("ps").out())
                .containsPattern("web\\.1 .* " + second.name() + " ")
                .containsPattern("web\\.2 .* " + second.name() + " ")
                .doesNotContain(first.name() + " ");
        assertThat(app.must("run", "sh", "-c", "echo $DATABASE_URL").out()).contains("@" + DB + ":5432/");
        assertThat(app.must("logs", "drain").out()).contains(TARGET).doesNotContain("not send");
        for (Machine machine : new Machine[] {second, third}) {
            assertThat(machine.droplet()
                            .must(
                                    "systemctl is-active pocketpaas-logdrain; cat /var/lib/pocketpaas/drains/rsyslog.conf")
                            .out())
                    .startsWith("active\n")
                    .contains(APP + "_1");
        }
        assertThat(second.droplet().must("ls /var/lib/pocketpaas/cluster").out())
                .as("what the lost home handed over")
                .doesNotContain("drains");
    }

    @Test
    @Order(5)
    void lifeGoesOnThereWithBackupsAndReleases() {
        sql("INSERT INTO t VALUES (0, 'new')");
        app.must("backups", "create");
        app.must("backups", "drill");
        assertThat(app.must("backups", "schedule").out()).contains("03:00");
        app.ship("onwards");
        assertThat(third.droplet().get(APP, "/").body()).isEqualTo("onwards");
        assertThat(third.droplet().get(APP, "/read").body()).isEqualTo("precious");
    }

    private static String sql(String text) {
        return app.must("services", "console", DB, "--", text).out();
    }
}
