package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
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
        assertThat(onSecond("keys").out()).contains("ci");
        assertThat(restored().exit()).isZero();
        assertThat(onSecond("releases", "--app", "books").out()).contains("live");
    }

    private static Seen restored() {
        return second.laptop()
                .shell(
                        second.laptop().home(),
                        "printf '%s\\n' key " + SECRET + " " + passphrase + " | \"$0\" host restore " + second.name()
                                + " --from " + server.location());
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
