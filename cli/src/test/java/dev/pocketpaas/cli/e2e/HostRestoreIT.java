package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A host comes back on another machine with another system, by a bucket and a passphrase alone: {@code mvn verify -Pservices}. */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostRestoreIT {
    private static final String SECRET = "secret-of-the-bucket";
    private static final String DB = "books-db";
    private static final String SUM = "SELECT sum(id), md5(string_agg(v, '' ORDER BY id)) FROM t";

    private static TestApp app;
    private static S3Server server;
    private static TestDroplet second;
    private static String passphrase = "";

    @BeforeAll
    static void anAppWithRowsAndFiles(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres");
        app = TestApp.create(droplet, "books", "volumes: { files: /data }", "services: { " + DB + ": postgres }");
        app.must("deploy");
        app.must("env", "set", "COLOUR=green");
        app.must("domains", "add", "books.example.test");
        app.must("keys", "add", "ci", "--app", "books", "--generate");
        app.must(
                "services",
                "console",
                DB,
                "--",
                "CREATE TABLE t AS SELECT g AS id, md5(g::text) AS v FROM generate_series(1, 20000) g");
        assertThat(droplet.get("books", "/write/kept").body()).isEqualTo("written");
        server = S3Server.start(droplet, SECRET);
        Seen chosen = app.shell("printf '%s\\n' key " + SECRET + " | \"$0\" backups destination " + server.location());
        assertThat(chosen.exit()).as(chosen.toString()).isZero();
        passphrase = chosen.out()
                .lines()
                .filter(line -> line.startsWith("Passphrase: "))
                .map(line -> line.substring("Passphrase: ".length()))
                .findFirst()
                .orElseThrow();
    }

    @AfterAll
    static void gone() throws Exception {
        if (second != null) {
            second.close();
        }
        server.close();
        app.must("backups", "destination", "none");
        app.must("keys", "remove", "ci");
        app.destroy();
        app.pocketpaas("services", "destroy", DB, "--confirm", DB);
    }

    @Test
    @Order(1)
    void theHostItsAppsAndItsServicesAreInABackupAndAreDrilled() {
        app.must("backups", "create");
        Seen drill = app.must("backups", "drill");

        assertThat(drill.all()).contains("1 files are as noted", "the image: ", "1 apps, 1 services");
        assertThat(app.must("backups").out()).contains("host", "app", "postgres", "books", "ok");
    }

    @Test
    @Order(2)
    void anAppGoesBackToItsBackup(TestDroplet droplet) {
        String backup = droplet.inside("cat /var/lib/pocketpaas/apps/books/backup/id")
                .out()
                .strip();
        droplet.get("books", "/write/newer");
        app.must("env", "set", "COLOUR=red");

        Seen restored = app.must("backups", "restore", backup, "--confirm", "books");

        assertThat(restored.out()).contains("restored into books", "v4 is live");
        assertThat(droplet.get("books", "/read").body()).isEqualTo("kept");
        assertThat(app.must("env", "get", "COLOUR").out()).isEqualTo("green");
    }

    @Test
    @Order(3)
    void aHostWithAppsOfItsOwnIsLeftAlone(TestDroplet droplet) {
        Seen refused = app.pocketpaas("host", "restore", droplet.name(), "--from", server.location());

        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.all()).contains("has apps or services already", "books");
    }

    @Test
    @Order(4)
    void allOfItIsServedByAnotherMachineAlsoAfterACut(TestDroplet droplet) {
        app.must("backups", "create");
        boolean other = System.getProperty("pocketpaas.e2e.system", "").isEmpty();
        List<String> system = other ? List.of("--system", "debian-13") : List.of();
        second = TestDroplet.start("-second", system);
        StandIns.bring(second, "postgres");

        CompletableFuture<Seen> cut = CompletableFuture.supplyAsync(HostRestoreIT::restored);
        second.inside("timeout 120 sh -c 'until [ -e /var/lib/pocketpaas/backups/restoring/done/service." + DB
                + " ]; do sleep 0.1; done; pkill -9 -f [w]ork/backup'");
        assertThat(cut.join().exit()).as(cut.join().toString()).isEqualTo(1);
        Seen whole = restored();

        assertThat(whole.exit()).as(whole.toString()).isZero();
        assertThat(whole.out()).contains("books.example.test  127.0.0.1");
        for (String path : List.of("/", "/read", "/env/COLOUR")) {
            assertThat(second.get("books", path)).as(path).isEqualTo(droplet.get("books", path));
        }
        assertThat(second.fetch("books.example.test", "/").body()).isEqualTo("one");
        assertThat(onSecond("services", "console", DB, "--", SUM).out())
                .isEqualTo(app.must("services", "console", DB, "--", SUM).out());
        assertThat(onSecond("keys").out()).containsPattern("ci\\s+deploy\\s+books");
        Seen over = restored();
        assertThat(over.exit()).as(over.toString()).isEqualTo(4);
        assertThat(over.all()).contains("has apps or services already");
        assertThat(onSecond("releases", "--app", "books").out()).contains("live");
    }

    @Test
    @Order(5)
    void anAppDoesNotBeginWithoutItsDataAndASecondRunBringsBoth(TestDroplet droplet) throws IOException {
        app.must(
                "services",
                "console",
                DB,
                "--",
                "INSERT INTO t SELECT g, md5(g::text) FROM generate_series(30001, 60000) g");
        Set<Path> others = packs();
        app.must("backups", "create", DB);
        Set<Path> lost = packs();
        lost.removeAll(others);
        assertThat(lost).isNotEmpty();
        for (Path pack : lost) {
            Files.move(pack, aside(pack));
        }
        emptySecond();

        Seen first = restored();

        assertThat(first.exit()).as(first.toString()).isEqualTo(5);
        assertThat(first.all())
                .contains(DB + ": ", "books: it is not started: " + DB + ", which it needs, was not restored");
        assertThat(second.inside("ls /var/lib/pocketpaas/services/" + DB + "/type /var/lib/pocketpaas/apps/books")
                        .out())
                .isEmpty();
        assertThat(second.get("books", "/").status()).isNotEqualTo(200);

        for (Path pack : lost) {
            Files.move(aside(pack), pack);
        }
        CompletableFuture<Seen> atWork = CompletableFuture.supplyAsync(HostRestoreIT::restored);
        second.must("timeout 120 sh -c 'until [ -e /var/lib/pocketpaas/backups/restoring/begun/service." + DB
                + " ]; do sleep 0.1; done'");
        Seen joined = restored();
        assertThat(joined.exit()).as(joined.toString()).isZero();
        assertThat(joined.all()).contains("restore of the host by ", "books.example.test  127.0.0.1");
        assertThat(atWork.join().exit()).as(atWork.join().toString()).isZero();
        assertThat(onSecond("services", "console", DB, "--", SUM).out())
                .isEqualTo(app.must("services", "console", DB, "--", SUM).out());
        assertThat(second.get("books", "/read")).isEqualTo(droplet.get("books", "/read"));
    }

    @Test
    @Order(6)
    void whatSomebodyHasMadeBetweenTwoRunsStaysUntilItIsConfirmed(TestDroplet droplet) {
        emptySecond();
        CompletableFuture<Seen> cut = CompletableFuture.supplyAsync(HostRestoreIT::restored);
        second.must("timeout 120 sh -c 'until [ -e /var/lib/pocketpaas/backups/restoring/done/service." + DB
                + " ]; do sleep 0.1; done; pkill -9 -f [w]ork/backup'");
        assertThat(cut.join().exit()).as(cut.join().toString()).isEqualTo(1);
        // As if it had been cut a moment before: the data are there, and nobody has noted that they have come.
        second.must("cd /var/lib/pocketpaas/backups/restoring && rm done/service." + DB + " begun/service." + DB
                + ".books");
        onSecond("services", "console", DB, "--", "UPDATE t SET v = 'mine' WHERE id = 1");
        onSecond("keys", "remove", "ci");
        String mine = onSecond("services", "console", DB, "--", SUM).out();

        Seen again = restored();

        assertThat(again.exit()).as(again.toString()).isEqualTo(5);
        assertThat(again.all())
                .contains(
                        "the data of books in " + DB + " are not those of the backup",
                        "--keep " + DB,
                        "books: it is not started: " + DB + ", which it needs, was not restored");
        assertThat(onSecond("services", "console", DB, "--", SUM).out()).isEqualTo(mine);

        Seen kept = restored("--keep", DB);

        assertThat(kept.exit()).as(kept.toString()).isZero();
        assertThat(onSecond("services", "console", DB, "--", SUM).out()).isEqualTo(mine);
        assertThat(second.get("books", "/read")).isEqualTo(droplet.get("books", "/read"));
        assertThat(onSecond("keys").out()).doesNotContain("ci ");
        assertThat(second.inside("docker inspect -f '{{json .NetworkSettings.Networks}}' $(docker ps -q --filter label="
                                + "pocketpaas.service=" + DB + ")")
                        .out())
                .contains("\"pocketpaas-books\"");
    }

    @Test
    @Order(7)
    void anAppThatGotAnotherNameSinceItsLastBackupComesByThatName(TestDroplet droplet) {
        if (second == null) {
            second = TestDroplet.start("-second", List.of());
            StandIns.bring(second, "postgres");
        } else {
            emptySecond();
        }
        app.must("backups", "create");
        String rows = app.must("services", "console", DB, "--", SUM).out();
        app.must("apps", "rename", "books", "novels", "--now");
        try {
            // The host's part is made first.
            CompletableFuture<Seen> cut = CompletableFuture.supplyAsync(() -> app.pocketpaas("backups", "create"));
            droplet.must("cd /var/lib/pocketpaas/backups/record; old=$(cat id);"
                    + " timeout 120 sh -c 'until [ \"$(cat id)\" != \"$0\" ]; do sleep 0.05; done; pkill -9 -f [w]ork/backup'"
                    + " \"$old\"");
            assertThat(cut.join().exit()).as(cut.join().toString()).isEqualTo(1);

            Seen whole = restored();

            assertThat(whole.exit()).as(whole.toString()).isZero();
            for (String path : List.of("/", "/read", "/env/COLOUR")) {
                assertThat(second.get("novels", path)).as(path).isEqualTo(droplet.get("novels", path));
            }
            assertThat(onSecond("services", "console", DB, "--app", "novels", "--", SUM)
                            .out())
                    .isEqualTo(rows);
            assertThat(onSecond("apps").out()).contains("novels").doesNotContain("books ");
        } finally {
            app.must("apps", "rename", "novels", "books", "--now");
        }
    }

    private static void emptySecond() {
        onSecond("destroy", "--app", "books", "--confirm", "books", "--volumes");
        onSecond("services", "destroy", DB, "--confirm", DB);
    }

    /** The larger files of what is in the backups: dumps and images, and not the lists of what a backup holds, which are packed again by each. */
    private static Set<Path> packs() throws IOException {
        try (Stream<Path> files = Files.walk(server.bucket().resolve("host").resolve("data"))) {
            return files.filter(
                            file -> Files.isRegularFile(file) && file.toFile().length() > 200_000)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Path aside(Path pack) {
        return server.bucket().resolveSibling(pack.getFileName().toString());
    }

    private static Seen restored(String... more) {
        return second.laptop()
                .shell(
                        second.laptop().home(),
                        "printf '%s\\n' key " + SECRET + " " + passphrase + " | \"$0\" host restore " + second.name()
                                + " --from " + server.location() + " " + String.join(" ", more));
    }

    private static Seen onSecond(String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "--host";
        all[1] = second.name();
        System.arraycopy(words, 0, all, 2, words.length);
        Seen seen = second.laptop().pocketpaas(second.laptop().home(), all);
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen;
    }
}
