package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Backups in a directory of OpenSSH's own sftp-server, and what can happen on the way: {@code mvn verify -Pservices}. */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SftpBackupsIT {
    private static final String KEYS = "/home/vault/.ssh/authorized_keys";
    private static final String START = "/usr/sbin/sshd -f /etc/vault/config";
    private static final String STOP = "kill $(cat /run/vault.pid); pkill -u vault;"
            + " while ss -Hltn 'sport = 2022' | grep -q .; do sleep 0.1; done";

    private static final String SUM = "SELECT count(*), sum(id), md5(string_agg(v, '' ORDER BY id)) FROM t";

    private static TestApp app;
    private static TestDroplet second;
    private static String place = "";
    private static String passphrase = "";

    @BeforeAll
    static void anotherMachine(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres");
        String address = droplet.inside("ip -4 -o address show eth0 | awk '{ sub(\"/.*\", \"\", $4); print $4 }'")
                .out()
                .strip();
        place = "sftp:vault@" + address + ":2022/home/vault/disk/backups";
        app = TestApp.create(droplet, "faraway", "volumes: { files: /data }");
        app.must("deploy");
        app.must("services", "create", "postgres", "far");
        app.must("services", "link", "far");
        rows(
                "CREATE TABLE t AS SELECT g AS id, md5(g::text) || md5((g * 7)::text) AS v FROM generate_series(1, 300000) g");
        droplet.must(
                "useradd -m -u 2022 vault && usermod -p '*' vault && mkdir -p /etc/vault /run/sshd /home/vault/.ssh /home/vault/disk"
                        + " && mount -t tmpfs -o size=30m tmpfs /home/vault/disk && chown -R vault /home/vault"
                        + " && ssh-keygen -q -t ed25519 -N '' -f /etc/vault/first && ssh-keygen -q -t ed25519 -N '' -f /etc/vault/second"
                        + " && printf 'Port 2022\\nHostKey /etc/vault/key\\nSubsystem sftp internal-sftp\\nPasswordAuthentication no\\n"
                        + "PidFile /run/vault.pid\\nMaxSessions 3\\n' >/etc/vault/config && cp /etc/vault/first /etc/vault/key && "
                        + START);
    }

    @AfterAll
    static void gone(TestDroplet droplet) throws Exception {
        if (second != null) {
            second.close();
        }
        app.pocketpaas("backups", "destination", "none");
        droplet.inside(STOP + "; umount /home/vault/disk; userdel -r vault; rm -rf /etc/vault");
        app.pocketpaas("services", "unlink", "far");
        app.pocketpaas("services", "destroy", "far", "--confirm", "far");
        app.destroy();
    }

    @Test
    @Order(1)
    void theKeyOfTheHostHasToBeLetInAndThatOfTheOtherMachineIsPinned(TestDroplet droplet) {
        String first = fingerprint(droplet, "first");
        Seen refused = app.pocketpaas("backups", "destination", place);
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.all()).contains("does not let vault in", "ssh-ed25519 ", first);
        assertThat(app.must("backups", "destination").out()).contains("no destination");
        String key = line(app.must("backups", "destination", "--ssh-key"), "ssh-ed25519 ");
        assertThat(refused.all()).contains(key);
        droplet.must("echo 'restrict " + key + "' >" + KEYS);
        Seen other = app.pocketpaas("backups", "destination", place, "--fingerprint", fingerprint(droplet, "second"));
        assertThat(other.exit()).as(other.toString()).isEqualTo(4);
        assertThat(other.all()).contains("has another host key: " + first);

        Seen chosen = app.must("backups", "destination", place, "--fingerprint", first);

        passphrase = line(chosen, "Passphrase: ").substring("Passphrase: ".length());
        app.must("backups", "create", "far");
        app.must("backups", "drill", "far");
        assertThat(app.must("backups").out()).contains("far");
        assertThat(droplet.inside("stat -c '%a %U' /var/lib/pocketpaas/backups/ssh-key")
                        .out())
                .isEqualTo("600 root\n");
    }

    @Test
    @Order(2)
    void anotherMachineGetsNothing(TestDroplet droplet) {
        String before = list();
        droplet.must(STOP + "; cp /etc/vault/second /etc/vault/key && " + START);

        Seen changed = app.pocketpaas("backups", "create", "far");

        assertThat(changed.exit()).as(changed.toString()).isIn(4, 5);
        assertThat(changed.all()).contains("has changed", fingerprint(droplet, "second"));
        assertThat(app.pocketpaas("backups", "destination", place).exit()).isEqualTo(4);
        droplet.must(STOP + "; cp /etc/vault/first /etc/vault/key && " + START);
        assertThat(list()).isEqualTo(before);
        app.must("backups", "create", "far");
    }

    @Test
    @Order(3)
    void aKeyThatIsNotLetInAnyMoreIsToldSo(TestDroplet droplet) {
        droplet.must("mv " + KEYS + " " + KEYS + ".away");

        Seen refused = app.pocketpaas("backups", "create", "far");

        droplet.must("mv " + KEYS + ".away " + KEYS);
        assertThat(refused.exit()).as(refused.toString()).isIn(4, 5);
        assertThat(refused.all()).contains("does not let vault in");
        app.must("backups", "create", "far");
    }

    @Test
    @Order(4)
    void aFullDiskThereKeepsWhatItHas(TestDroplet droplet) {
        String before = list();
        rows("UPDATE t SET v = md5(v) || md5(reverse(v))");
        droplet.must("head -c 14M /dev/zero >/home/vault/disk/full");

        Seen full = app.pocketpaas("backups", "create", "far");

        assertThat(full.exit()).as(full.toString()).isEqualTo(5);
        assertThat(list()).isEqualTo(before);
        app.must("backups", "drill", "far");
        droplet.must("rm /home/vault/disk/full && mount -o remount,size=300m /home/vault/disk");
        app.must("backups", "create", "far");
    }

    @Test
    @Order(5)
    void aConnectionThatIsCutIsNoBackup(TestDroplet droplet) {
        String before = list();
        rows("UPDATE t SET v = md5(v) || md5(reverse(v))");
        app.must("backups", "schedule", "--limit", "256K");
        CompletableFuture<Seen> ended = CompletableFuture.supplyAsync(() -> app.pocketpaas("backups", "create", "far"));
        droplet.must("for i in $(seq 600); do awk '/wchar/ && $2 > 1500000 { found = 1 } END { exit !found }'"
                + " /proc/$(pgrep -x restic | head -n 1)/io 2>/dev/null && break; sleep 0.1; done; " + STOP);

        assertThat(ended.join().exit()).as(ended.join().toString()).isEqualTo(5);
        droplet.must(START);
        app.must("backups", "schedule", "--limit", "none");
        assertThat(list()).isEqualTo(before);
        app.must("backups", "create", "far");
        app.must("backups", "drill", "far");
    }

    @Test
    @Order(6)
    void resticAloneReadsIt(TestDroplet droplet) {
        Seen seen = droplet.inside(
                "ssh-keyscan -p 2022 127.0.0.1 >/run/known 2>/dev/null; RESTIC_PASSWORD=" + passphrase
                        + " restic -o sftp.command='ssh -p 2022 -i /var/lib/pocketpaas/backups/ssh-key -o UserKnownHostsFile=/run/known"
                        + " vault@127.0.0.1 -s sftp' -r sftp://vault@127.0.0.1:2022//home/vault/disk/backups snapshots; rm /run/known");
        assertThat(seen.out()).as(seen.toString()).contains("service=far");
    }

    @Test
    @Order(7)
    void theHostComesBackFromItOnAnotherSystem(TestDroplet droplet) {
        assertThat(app.get("/write/kept").body()).isEqualTo("written");
        droplet.must("mount -o remount,size=900m /home/vault/disk");
        app.must("backups", "create");
        boolean other = System.getProperty("pocketpaas.e2e.system", "").isEmpty();
        second = TestDroplet.start("-second", other ? List.of("--system", "debian-13") : List.of());
        StandIns.bring(second, "postgres");

        Seen stranger = restored();
        assertThat(stranger.exit()).as(stranger.toString()).isEqualTo(4);
        assertThat(stranger.all()).contains("does not let vault in");
        String key = line(onSecond("backups", "destination", "--ssh-key"), "ssh-ed25519 ");
        assertThat(stranger.all()).contains(key);
        droplet.must("echo 'restrict " + key + "' >>" + KEYS);
        Seen whole = restored();

        assertThat(whole.exit()).as(whole.toString()).isZero();
        for (String path : List.of("/", "/read")) {
            assertThat(second.get("faraway", path)).as(path).isEqualTo(app.get(path));
        }
        assertThat(onSecond("services", "console", "far", "--app", "faraway", "--", SUM)
                        .out())
                .isEqualTo(app.must("services", "console", "far", "--", SUM).out());
        // Beside those of the first host, each with its own key.
        onSecond("backups", "create", "far");
        app.must("backups", "create", "far");
        droplet.must("sed -i '$d' " + KEYS);
        assertThat(second.laptop()
                        .pocketpaas(second.laptop().home(), "backups", "create", "far", "--host", second.name())
                        .exit())
                .isIn(4, 5);
        app.must("backups", "create", "far");
    }

    private static Seen restored() {
        return second.laptop()
                .shell(
                        second.laptop().home(),
                        "echo " + passphrase + " | \"$0\" host restore " + second.name() + " --from " + place);
    }

    private static Seen onSecond(String... words) {
        List<String> all = new ArrayList<>(List.of("--host", second.name()));
        all.addAll(List.of(words));
        Seen seen = second.laptop().pocketpaas(second.laptop().home(), all.toArray(String[]::new));
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen;
    }

    private static String line(Seen seen, String start) {
        return seen.out()
                .lines()
                .filter(one -> one.startsWith(start))
                .findFirst()
                .orElseThrow();
    }

    private static String fingerprint(TestDroplet droplet, String key) {
        return droplet.inside("ssh-keygen -lf /etc/vault/" + key + ".pub").out().split(" ")[1];
    }

    private static void rows(String statement) {
        app.must("services", "console", "far", "--", statement);
    }

    private static String list() {
        return app.must("backups", "--json").out();
    }
}
