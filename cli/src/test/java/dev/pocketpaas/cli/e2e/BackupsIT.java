package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Backups in a real S3 server, and all that can happen to them: {@code mvn verify -Pservices}. Their core is in {@link ServicesIT}. */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BackupsIT {
    private static final String CANARY = "canary-secret-of-the-bucket";

    private static TestApp app;
    private static S3Server server;

    @BeforeAll
    static void aDatabaseWithRows(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres");
        app = TestApp.create(droplet, "proven");
        app.must("deploy");
        app.must("services", "create", "postgres", "rows");
        app.must("services", "link", "rows");
        app.must(
                "services",
                "console",
                "rows",
                "--",
                "CREATE TABLE t AS SELECT g AS id, md5(g::text) || md5((g * 7)::text) AS v FROM generate_series(1, 400000) g");
        server = S3Server.start(droplet, CANARY);
    }

    @AfterAll
    static void gone(TestDroplet droplet) {
        server.close();
        app.must("backups", "destination", "none");
        for (String name : new String[] {"rows", "other"}) {
            app.pocketpaas("services", "unlink", name);
            app.pocketpaas("services", "destroy", name, "--confirm", name);
        }
        app.destroy();
    }

    @Test
    @Order(1)
    void theKeyOfTheBucketIsTriedAndNowhereToBeSeen(TestDroplet droplet) {
        Seen wrong = destination("wrong-secret");
        assertThat(wrong.exit()).as(wrong.toString()).isEqualTo(5);
        assertThat(wrong.all()).contains("cannot be used").doesNotContain("wrong-secret");
        assertThat(app.must("backups", "destination").out()).contains("no destination");

        Seen right = destination(CANARY);

        assertThat(right.exit()).as(right.toString()).isZero();
        app.must("backups", "create", "rows");
        app.must("backups", "drill", "rows");
        assertThat(droplet.inside("journalctl --no-pager | grep -cF " + CANARY + "; grep -rlF " + CANARY
                                + " /var/lib/pocketpaas /var/log /etc")
                        .out())
                .isEqualTo("0\n/var/lib/pocketpaas/backups/credentials\n");
    }

    @Test
    @Order(2)
    void whatFailsIsNoBackupAndChangesNone(TestDroplet droplet) throws Exception {
        String before = list();

        Seen killed = during(droplet, "until pkill -9 -x pg_dump; do sleep 0.01; done", "create", "rows");
        assertFailed(killed, 5, "is not whole", before);
        Seen died = during(
                droplet,
                "until [ -e /var/lib/pocketpaas/services/rows/backup/begun ]; do sleep 0.02; done; pkill -9 -f [w]ork/backup",
                "create",
                "rows");
        assertThat(died.exit()).as(died.toString()).isEqualTo(1);
        Polling.until(
                Duration.ofSeconds(30),
                () -> {
                    droplet.inside("systemctl start pocketpaas-notices.service");
                    return app.must("apps").all().contains("the last backup of rows was killed");
                },
                () -> app.must("apps").all());
        assertThat(list()).isEqualTo(before);
        String file = "/var/lib/pocketpaas/backups/credentials";
        droplet.inside("sed -i 's/" + CANARY + "/outdated/' " + file);
        assertFailed(app.pocketpaas("backups", "create", "rows"), 5, "cannot be opened", null);
        droplet.inside("sed -i 's/outdated/" + CANARY + "/' " + file);
        Files.move(server.bucket(), server.bucket().resolveSibling("away"));
        assertFailed(app.pocketpaas("backups", "create", "rows"), 5, "cannot be opened", null);
        Files.move(server.bucket().resolveSibling("away"), server.bucket());
        server.stop();
        assertFailed(app.pocketpaas("backups", "create", "rows"), 5, "connection refused", null);
        server.begin();
        assertThat(list()).isEqualTo(before);

        app.must("backups", "create", "rows");

        Polling.until(
                Duration.ofSeconds(20),
                () -> !app.must("apps").all().contains("backup"),
                () -> app.must("apps").all());
        assertThat(list()).isNotEqualTo(before);
    }

    @Test
    @Order(3)
    void aFlippedBitIsFoundByTheDrill() throws Exception {
        Path pack = largest(server.bucket());
        flip(pack);
        try {
            Seen drill = app.pocketpaas("backups", "drill", "rows");
            assertThat(drill.exit()).as(drill.toString()).isEqualTo(5);
            assertThat(drill.all()).contains("is damaged where it is stored: /rows/proven.dump cannot be read");
            Polling.until(
                    Duration.ofSeconds(20),
                    () -> app.must("services").all().contains("did not pass its drill"),
                    () -> app.must("services").all());
        } finally {
            flip(pack);
        }

        app.must("backups", "drill", "rows");

        Polling.until(
                Duration.ofSeconds(20),
                () -> !app.must("services").all().contains("did not pass its drill"),
                () -> app.must("services").all());
    }

    @Test
    @Order(4)
    void nothingIsLeftOfADrillThatWasKilled(TestDroplet droplet) {
        Seen killed = during(
                droplet,
                "until docker ps | grep -q drill.rows; do sleep 0.05; done; pkill -9 -f [w]ork/backup",
                "drill",
                "rows");
        assertThat(killed.exit()).as(killed.toString()).isEqualTo(1);

        droplet.inside("systemctl start pocketpaas-notices.service");

        assertThat(droplet.inside(
                                "docker ps -a; docker volume ls; docker network ls; ls /var/lib/pocketpaas/backups/drill")
                        .out())
                .doesNotContain("drill.", "rows\n");
        app.must("backups", "drill", "rows");
    }

    @Test
    @Order(5)
    void aBackupIsRestoredIntoAnotherService() {
        app.must("services", "create", "postgres", "other");
        app.must("services", "console", "rows", "--", "DELETE FROM t");

        app.must("backups", "restore", TestDroplet.field(list(), "id"), "--into", "other", "--confirm", "other");

        assertThat(app.must("services", "console", "other", "--", "SELECT count(*) FROM t")
                        .out())
                .contains("400000");
        assertThat(app.must("services", "console", "rows", "--", "SELECT count(*) FROM t")
                        .out())
                .contains(" 0");
    }

    @Test
    @Order(6)
    void aBackupIsOfTheAppThatItWasMadeOfWhateverIsCalledSoLater(TestDroplet droplet) {
        app.must("backups", "destination", "/srv/whose");
        TestApp alfa = TestApp.create(droplet, "alfa", "volumes: { files: /data }");
        alfa.must("deploy");
        droplet.get("alfa", "/write/first");
        alfa.must("backups", "create", "alfa");
        String first = idOf(droplet, "alfa");
        alfa.must("destroy", "--app", "alfa", "--confirm", "alfa", "--volumes");
        alfa.ship("another one");
        droplet.get("alfa", "/write/second");
        alfa.must("backups", "create", "alfa");
        String second = idOf(droplet, "alfa");
        alfa.must("apps", "rename", "alfa", "beta", "--now");
        try {
            alfa.must("backups", "create", "beta");
            assertThat(list()).contains(first).doesNotContain(second);
            assertThat(alfa.pocketpaas("backups", "restore", first, "--confirm", "beta")
                            .exit())
                    .isEqualTo(4);

            alfa.must("backups", "restore", first, "--confirm", "alfa");

            assertThat(droplet.get("alfa", "/read").body()).isEqualTo("first");
            assertThat(droplet.get("alfa", "/").body()).isEqualTo("one");
            assertThat(droplet.get("beta", "/read").body()).isEqualTo("second");
            assertThat(droplet.get("beta", "/").body()).isEqualTo("another one");

            droplet.get("beta", "/write/third");
            String third = idOf(droplet, "beta");
            assertThat(alfa.pocketpaas("backups", "restore", third, "--confirm", "alfa")
                            .exit())
                    .isEqualTo(4);
            alfa.must("backups", "restore", third, "--confirm", "beta");
            assertThat(droplet.get("beta", "/read").body()).isEqualTo("second");
            // What was restored is the same app again: its earlier backup is its own.
            alfa.must("backups", "create", "alfa");
            assertThat(list()).doesNotContain(first).contains(third);
        } finally {
            for (String name : new String[] {"alfa", "beta"}) {
                alfa.pocketpaas("destroy", "--app", name, "--confirm", name, "--volumes");
            }
        }
    }

    @Test
    @Order(7)
    void theLastOneBeforeItShrankStaysAndALostOneIsMissedByTheDrill(TestDroplet droplet) {
        app.must("backups", "destination", "/srv/shrank");
        app.must(
                "services",
                "console",
                "rows",
                "--",
                "INSERT INTO t SELECT 1, md5(g::text) FROM generate_series(1, 50000) g");
        app.must("backups", "create", "rows");
        String whole = idOf(droplet, "../services/rows");
        app.must("services", "console", "rows", "--", "DELETE FROM t");
        app.must("backups", "create", "rows");
        app.must("backups", "create", "rows");

        assertThat(list()).contains(whole);
        Polling.until(
                Duration.ofSeconds(60),
                () -> {
                    droplet.inside("systemctl start pocketpaas-notices.service");
                    return app.must("apps").all().contains("the one before is " + whole + ", and kept for now");
                },
                () -> app.must("apps").all());
        app.must("backups", "restore", whole, "--confirm", "rows");
        assertThat(app.must("services", "console", "rows", "--", "SELECT count(*) FROM t")
                        .out())
                .contains("50000");

        String last = idOf(droplet, "../services/rows");
        droplet.must(
                "RESTIC_PASSWORD_FILE=/var/lib/pocketpaas/backups/passphrase restic -r /srv/shrank forget " + last);
        Seen drill = app.pocketpaas("backups", "drill", "rows");
        assertThat(drill.exit()).as(drill.toString()).isEqualTo(5);
        assertThat(drill.all()).contains(last, "is not in the destination any more; the newest one there is " + whole);
        app.must("backups", "create", "rows");
        app.must("backups", "drill", "rows");
    }

    private static String idOf(TestDroplet droplet, String name) {
        return droplet.must("cat /var/lib/pocketpaas/apps/" + name + "/backup/id")
                .out()
                .strip();
    }

    private static void assertFailed(Seen seen, int exit, String why, @Nullable String before) {
        assertThat(seen.exit()).as(seen.toString()).isEqualTo(exit);
        assertThat(seen.all()).contains(why);
        if (before != null) {
            assertThat(list()).isEqualTo(before);
        }
    }

    private static String list() {
        return app.must("backups", "--json").out();
    }

    private Seen destination(String secret) {
        return app.shell("printf '%s\\n' key " + secret + " | \"$0\" backups destination " + server.location());
    }

    /** How {@code backups ACTION SERVICE} ends while {@code script} runs on the droplet. */
    private static Seen during(TestDroplet droplet, String script, String action, String service) {
        CompletableFuture<Seen> ended = CompletableFuture.supplyAsync(() -> app.pocketpaas("backups", action, service));
        droplet.inside("timeout 60 sh -c '" + script + "'");
        return ended.join();
    }

    private static Path largest(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().contains("/data/") && Files.isRegularFile(file))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    private static void flip(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(bytes.length() / 2);
            int one = bytes.read();
            bytes.seek(bytes.length() / 2);
            bytes.write(one ^ 1);
        }
    }
}
