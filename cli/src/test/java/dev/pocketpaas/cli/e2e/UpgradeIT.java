package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A service becomes one of a later version, and what it was before: {@code mvn verify -Pservices}. */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
class UpgradeIT {
    private static final String STAND_INS =
            "postgres,postgres@debian-13,mariadb,mariadb@debian-13,redis,redis@debian-13";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgres | 15 | 17 | CREATE TABLE big AS SELECT g AS id, md5(g::text) AS v FROM generate_series(1, 1000000) g;"
                        + " ALTER TABLE big ADD PRIMARY KEY (id); CREATE VIEW few AS SELECT * FROM big WHERE id < 10;"
                        + " CREATE SEQUENCE s START 7",
                "mariadb | 10.11 | 11.8 | CREATE TABLE big AS SELECT seq AS id, md5(seq) AS v FROM seq_1_to_200000;"
                        + " ALTER TABLE big ADD PRIMARY KEY (id); CREATE VIEW few AS SELECT * FROM big WHERE id < 10;"
                        + " CREATE PROCEDURE p() SELECT 1;"
                        + " CREATE TABLE Guests (price decimal(10,2), half float, most double, data longblob);"
                        + " CREATE TABLE guests (price int);"
                        + " INSERT INTO Guests VALUES (19.99, 16777216, 0.1e0, repeat('a', 9000000))",
            })
    void tried_done_undone(String type, String from, String to, String rows, TestDroplet droplet) {
        StandIns.bring(droplet, STAND_INS);
        TestApp app = TestApp.create(droplet, "up-" + type);
        app.must("deploy");
        // A long row takes several times its size while it is copied.
        app.must("services", "create", type + ":" + from, type, "--memory", "768M");
        app.must("services", "link", type);
        app.must("services", "console", type, "--", rows);
        String url = app.must("env", "get", "DATABASE_URL").out();
        String counted = count(app, type);

        Seen refused = app.pocketpaas("services", "upgrade", type, "--to", from);
        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.all()).contains(type + " " + from + " already");

        Seen tried = app.must("services", "upgrade", type, "--to", to, "--dry-run");
        assertThat(tried.all()).contains("Nothing was changed").containsPattern("counts equal: [1-9]");
        assertThat(app.must("services", "info", type).out()).contains(type + " " + from);
        assertNothingElse(droplet, type, 1);

        Seen done = app.must("services", "upgrade", type, "--to", to);
        assertThat(done.all()).contains(type + " is " + type + " " + to + " now", "in maintenance for about");
        assertThat(app.must("services", "info", type).out())
                .contains(type + " " + to, "before       " + type + " " + from);
        assertThat(count(app, type)).isEqualTo(counted);
        assertThat(app.must("env", "get", "DATABASE_URL").out()).isEqualTo(url);
        assertThat(app.must("maintenance").out()).contains("off");
        assertNothingElse(droplet, type, 2);
        Seen again = app.pocketpaas("services", "upgrade", type, "--to", to);
        assertThat(again.exit()).isEqualTo(4);

        if (type.equals("postgres")) {
            app.must("services", "console", type, "--", "SELECT lo_from_bytea(0, 'x')");
            app.must("services", "console", type, "--", "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'");
            app.must("services", "console", type, "--", "SELECT nextval('s')");
            assertThat(app.pocketpaas("services", "upgrade", type, "--undo").all())
                    .contains("large objects of", "definitions of functions of", "sequence public.s of");
        }
        if (type.equals("mariadb")) {
            for (String change : List.of(
                    "price = price + 0.41", "half = half + 2", "most = most + 1e-17", "data = repeat('b', 9000000)")) {
                String column = change.replaceAll(" .*", "");
                app.must(
                        "services",
                        "console",
                        type,
                        "--",
                        "CREATE TABLE was AS SELECT " + column + " AS v FROM Guests");
                app.must("services", "console", type, "--", "UPDATE Guests SET " + change);
                assertThat(app.pocketpaas("services", "upgrade", type, "--undo").all())
                        .as(change)
                        .contains("Guests of up-mariadb (other rows)");
                app.must(
                        "services",
                        "console",
                        type,
                        "--",
                        "UPDATE Guests SET " + column + " = (SELECT v FROM was); DROP TABLE was");
            }
            app.must("services", "console", type, "--", "INSERT INTO guests VALUES (1)");
            assertThat(app.pocketpaas("services", "upgrade", type, "--undo").all())
                    .contains("guests of up-mariadb (0 rows, now 1)")
                    .doesNotContain("Guests");
        }
        app.must("services", "console", type, "--", "INSERT INTO big VALUES (0, 'new')");
        Seen written = app.pocketpaas("services", "upgrade", type, "--undo");
        assertThat(written.exit()).isEqualTo(4);
        assertThat(written.all()).contains("rows, now");
        app.must("services", "credentials", "rotate", type);
        app.must("services", "upgrade", type, "--undo", "--confirm", type);
        assertThat(app.must("services", "info", type).out()).contains(type + " " + from);
        assertThat(count(app, type)).isEqualTo(counted);
        assertThat(app.must("run", "--", "sh", "-c", "echo $DATABASE_URL").out())
                .isNotEqualTo(url)
                .startsWith(url.substring(0, 8));
        assertNothingElse(droplet, type, 1);
        app.must("services", "unlink", type);
        app.must("services", "destroy", type, "--confirm", type);
        app.destroy();
    }

    /** Killed while the apps wait: the unit's last word puts everything back, with nobody at the laptop. */
    @Test
    void killedWhileTheAppsWaitItServesAsBefore(TestDroplet droplet) throws Exception {
        StandIns.bring(droplet, STAND_INS);
        TestApp app = TestApp.create(droplet, "up-cut");
        app.must("deploy");
        app.must("services", "create", "postgres:15", "cut-db");
        app.must("services", "link", "cut-db");
        String rows = "CREATE TABLE big AS SELECT g AS id FROM generate_series(1, 300000) g";
        app.must("services", "console", "cut-db", "--", rows);

        for (String step : List.of("Starting the service", "Keeping the apps out", "Copying the data")) {
            killedAt(step, app, droplet);

            assertThat(app.must("maintenance").out()).as(step).contains("off");
            assertThat(app.must("services", "console", "cut-db", "--", "SELECT count(*) FROM big")
                            .out())
                    .contains("300000");
            assertThat(app.must("services", "info", "cut-db").out()).contains("postgres 15");
            assertNothingElse(droplet, "cut-db", 1);
        }
        app.must("services", "upgrade", "cut-db", "--to", "17");
        assertNothingElse(droplet, "cut-db", 2);

        // What the host's timer does when the week is over.
        droplet.inside("printf 1 >/var/lib/pocketpaas/services/cut-db/kept/until");
        droplet.inside("/usr/local/lib/pocketpaas/current/notices");
        assertNothingElse(droplet, "cut-db", 1);
        app.must("services", "unlink", "cut-db");
        app.must("services", "destroy", "cut-db", "--confirm", "cut-db");
        assertThat(droplet.inside("docker ps -a; docker volume ls").out()).doesNotContain("cut-db");
        app.destroy();
    }

    private static void killedAt(String step, TestApp app, TestDroplet droplet) throws Exception {
        Path output = app.directory().resolve("upgrade.txt");
        Files.deleteIfExists(output);
        Process upgrade =
                droplet.laptop().start(app.directory(), output, "services", "upgrade", "cut-db", "--to", "17");
        Polling.until(Duration.ofSeconds(120), () -> read(output).contains(step), () -> read(output));
        droplet.inside("systemctl kill --kill-whom=main --signal=KILL 'pocketpaas-work-*'");
        upgrade.waitFor();
        assertThat(upgrade.exitValue()).as(read(output)).isNotZero();
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.inside("ls /var/lib/pocketpaas/services/cut-db/move")
                                .exit()
                        != 0,
                () -> droplet.inside("ls -R /var/lib/pocketpaas/services/cut-db")
                        .out());
    }

    /** Its counts are of keys, so nobody can say what was written since. */
    @Test
    void keysGoAlongAndBackOnlyWithTheNameOfTheService(TestDroplet droplet) {
        StandIns.bring(droplet, STAND_INS);
        TestApp app = TestApp.create(droplet, "up-redis");
        app.must("deploy");
        app.must("services", "create", "redis:7", "keys");
        app.must("services", "link", "keys");
        app.must("services", "console", "keys", "--", "SET k first");

        app.must("services", "upgrade", "keys", "--to", "8");
        assertThat(app.must("services", "console", "keys", "--", "GET k").out()).contains("first");
        app.must("services", "console", "keys", "--", "SET k second");
        Seen refused = app.pocketpaas("services", "upgrade", "keys", "--undo");
        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.all()).contains("redis does not tell what was written");
        app.must("services", "upgrade", "keys", "--undo", "--confirm", "keys");

        assertThat(app.must("services", "console", "keys", "--", "GET k").out()).contains("first");
        assertThat(app.must("services", "info", "keys").out()).contains("redis 7");
        assertNothingElse(droplet, "keys", 1);
        app.must("services", "unlink", "keys");
        app.must("services", "destroy", "keys", "--confirm", "keys");
        app.destroy();
    }

    /** What was kept is the app's, whatever it is called by then. */
    @Test
    void anAppThatWasRenamedHasItsDataBack(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres,postgres@debian-13,redis,redis@debian-13");
        TestApp app = TestApp.create(droplet, "up-first", "services: { rows: 'postgres:15', words: 'redis:7' }");
        app.must("deploy");
        app.must("services", "console", "rows", "--", "CREATE TABLE t AS SELECT generate_series(1, 50) AS id");
        app.must("services", "console", "words", "--", "SET k kept");
        app.must("services", "upgrade", "rows", "--to", "17");
        app.must("services", "upgrade", "words", "--to", "8");
        app.must("apps", "rename", "up-first", "up-second", "--now");

        app.must("services", "upgrade", "rows", "--undo");
        app.must("services", "upgrade", "words", "--undo", "--confirm", "words");

        String counted = "SELECT count(*) FROM t";
        assertThat(app.must("services", "console", "rows", "--app", "up-second", "--", counted)
                        .out())
                .contains("50");
        assertThat(app.must("services", "console", "words", "--app", "up-second", "--", "GET k")
                        .out())
                .contains("kept");
        assertThat(app.must("services", "info", "rows").out()).contains("postgres 15", "up-second");
        assertThat(app.must("services", "info", "words").out()).contains("redis 7", "up-second");
        assertNothingElse(droplet, "rows", 1);
        assertNothingElse(droplet, "words", 1);
        app.must("services", "credentials", "rotate", "rows");
        app.must("destroy", "--app", "up-second", "--confirm", "up-second", "--volumes");
        app.must("services", "destroy", "rows", "--confirm", "rows");
        app.must("services", "destroy", "words", "--confirm", "words");
    }

    /** What it waits for puts another server in the place of the one that it found. */
    @Test
    void aRestoreThatWaitsForAnUpgradeFillsTheNewServer(TestDroplet droplet) throws Exception {
        StandIns.bring(droplet, "redis,redis@debian-13");
        TestApp app = TestApp.create(droplet, "up-wait");
        app.must("deploy");
        app.must("services", "create", "redis:7", "waited");
        app.must("services", "link", "waited");
        app.must("services", "console", "waited", "--", "SET k dumped");
        Seen dump = app.shell("\"$0\" services dump waited >whole");
        assertThat(dump.exit()).as(dump.toString()).isZero();
        app.must("services", "console", "waited", "--", "SET k written");

        Path said = app.directory().resolve("said");
        FutureTask<Seen> upgrade = new FutureTask<>(() -> app.pocketpaas("services", "upgrade", "waited", "--to", "8"));
        FutureTask<Seen> restore =
                new FutureTask<>(() -> app.shell("\"$0\" services restore waited --confirm waited <whole >said 2>&1"));
        try (Injection injection = Injection.on(droplet)) {
            injection.hold("before rename .*/services/waited/generation$", "work/service");
            new Thread(upgrade, "upgrade").start();
            injection.await();
            new Thread(restore, "restore").start();
            Polling.until(
                    Duration.ofSeconds(30),
                    () -> read(said).contains("waiting for another change of waited"),
                    () -> read(said));
            injection.release();
            assertThat(upgrade.get().exit()).as(upgrade.get().toString()).isZero();
            assertThat(restore.get().exit()).as(read(said)).isZero();
        }

        assertThat(app.must("services", "info", "waited").out()).contains("redis 8");
        assertThat(app.must("services", "console", "waited", "--", "GET k").out())
                .contains("dumped");
        assertNothingElse(droplet, "waited", 2);
        app.must("services", "console", "waited", "--", "SET k since");
        app.must("services", "restart", "waited");
        assertThat(app.must("services", "console", "waited", "--", "GET k").out())
                .contains("since");
        app.must("services", "unlink", "waited");
        app.must("services", "destroy", "waited", "--confirm", "waited");
        app.destroy();
    }

    private static String count(TestApp app, String service) {
        return app.must("services", "console", service, "--", "SELECT count(*), sum(id), max(v) FROM big")
                .out();
    }

    /** So many servers of the service, each with its volume, of which one runs; and nobody is left who may read it all. */
    private static void assertNothingElse(TestDroplet droplet, String service, int servers) {
        String label = " --filter label=pocketpaas.service=" + service;
        assertThat(droplet.inside("docker ps -q" + label).out().lines()).hasSize(1);
        assertThat(droplet.inside("docker ps -aq" + label).out().lines()).hasSize(servers);
        assertThat(droplet.inside("docker volume ls -q" + label).out().lines()).hasSize(servers);
        assertThat(droplet.inside("ls /var/lib/pocketpaas/services/" + service).out())
                .doesNotContain("move");
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
