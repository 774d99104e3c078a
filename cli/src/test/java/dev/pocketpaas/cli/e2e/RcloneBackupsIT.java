package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Backups by rclone into a WebDAV server, which is rclone, too, and what can happen on the way: {@code mvn verify -Pservices}. */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RcloneBackupsIT {
    private static final String PLACE = "rclone:nas:backups";
    private static final String PASSWORD = "wEbDaV-cAnArY";
    /** Another password, as {@code rclone obscure} wrote it once. */
    private static final String OTHER = "kefstVPY8s6H_gYHaniHAyBvdQMiskI";

    private static final String START =
            "systemd-run --quiet --unit webdav --setenv RCLONE_USER=vault --setenv RCLONE_PASS="
                    + PASSWORD + " rclone serve webdav /var/lib/webdav --addr 127.0.0.1:8099"
                    + " && until ss -Hltn 'sport = 8099' | grep -q .; do sleep 0.1; done";
    private static final String STOP = "systemctl stop webdav";

    @TempDir
    static Path directory;

    private static TestApp app;
    private static String obscured = "";

    @BeforeAll
    static void aDatabase(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres");
        app = TestApp.create(droplet, "clouded");
        app.must("deploy");
        app.must("services", "create", "postgres", "cloud");
        app.must("services", "link", "cloud");
        rows(
                "CREATE TABLE t AS SELECT g AS id, md5(g::text) || md5((g * 7)::text) AS v FROM generate_series(1, 300000) g");
    }

    @AfterAll
    static void gone(TestDroplet droplet) {
        app.pocketpaas("backups", "destination", "none");
        droplet.inside(STOP + "; rm -rf /var/lib/webdav");
        app.pocketpaas("services", "unlink", "cloud");
        app.pocketpaas("services", "destroy", "cloud", "--confirm", "cloud");
        app.destroy();
    }

    @Test
    @Order(1)
    void rcloneIsInstalledAndAServerThatDoesNotAnswerIsToldAndChangesNothing(TestDroplet droplet) throws IOException {
        Seen refused = choose(OTHER);

        assertThat(refused.exit()).as(refused.toString()).isEqualTo(5);
        assertThat(refused.all()).contains("127.0.0.1:8099").doesNotContain(OTHER);
        assertThat(app.must("backups", "destination").out()).contains("no destination");
        obscured = droplet.must("rclone obscure " + PASSWORD).out().strip();
        droplet.must("mkdir -p /var/lib/webdav && " + START);
    }

    @Test
    @Order(2)
    void aWrongPasswordIsTold() throws IOException {
        Seen refused = choose(OTHER);

        assertThat(refused.exit()).as(refused.toString()).isEqualTo(5);
        assertThat(refused.all()).contains("401");
        assertThat(app.must("backups", "destination").out()).contains("no destination");
    }

    @Test
    @Order(3)
    void backupsGoThereAndComeBack(TestDroplet droplet) throws IOException {
        Seen chosen = choose(obscured);

        assertThat(chosen.exit()).as(chosen.toString()).isZero();
        assertThat(chosen.out()).contains("Passphrase: ");
        app.must("backups", "create", "cloud");
        app.must("backups", "drill", "cloud");
        assertThat(droplet.must("stat -c '%a %U' /var/lib/pocketpaas/backups/rclone")
                        .out())
                .isEqualTo("600 root\n");
        assertThat(droplet.must("ls /var/lib/webdav/backups").out()).contains("snapshots");
    }

    @Test
    @Order(4)
    void whatIsCutOffMeanwhileIsNoBackup(TestDroplet droplet) {
        String before = list();
        rows("UPDATE t SET v = md5(v) || md5(reverse(v))");
        app.must("backups", "schedule", "--limit", "256K");
        CompletableFuture<Seen> ended =
                CompletableFuture.supplyAsync(() -> app.pocketpaas("backups", "create", "cloud"));
        droplet.must("for i in $(seq 600); do pgrep -x restic >/dev/null && find /var/lib/webdav/backups/data -newer"
                + " /var/lib/pocketpaas/backups/limit -type f | grep -q . && break; sleep 0.1; done; restic=$(pgrep -x restic |"
                + " head -n 1); tr '\\0' ' ' </proc/$restic/environ >/run/seen; tr '\\0' ' ' </proc/$restic/cmdline >>/run/seen;"
                + " pkill -9 -P $restic");

        assertThat(ended.join().exit()).as(ended.join().toString()).isEqualTo(5);
        assertThat(droplet.must("cat /run/seen; rm /run/seen").out())
                .contains("RCLONE_CONFIG", "restic")
                .doesNotContain(obscured, PASSWORD);
        app.must("backups", "schedule", "--limit", "none");
        assertThat(list()).isEqualTo(before);
        app.must("backups", "create", "cloud");
        app.must("backups", "drill", "cloud");
    }

    private static Seen choose(String password) throws IOException {
        Path file = Files.writeString(
                directory.resolve("rclone.conf"),
                "[nas]\ntype = webdav\nurl = http://127.0.0.1:8099\nvendor = other\nuser = vault\npass = " + password
                        + "\n");
        return app.pocketpaas("backups", "destination", PLACE, "--rclone-config", file.toString());
    }

    private static void rows(String statement) {
        app.must("services", "console", "cloud", "--", statement);
    }

    private static String list() {
        return app.must("backups", "--json").out();
    }
}
