package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An app with rows and files moves to another host while somebody writes; what was acknowledged is there afterwards, and never do both hosts
 * run it, wherever it is cut: {@code mvn verify -Pservices}.
 */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MoveIT {
    private static final String APP = "wander";
    private static final String DB = "wander-db";
    private static final String KEPT_FILE = "/var/lib/docker/volumes/pocketpaas-keeper.files/_data/file";

    /** A row and a line of a file for each POST; PUT tells how many bytes came; whatever is sent after an upgrade comes back. */
    private static final String SERVER = """
            const http = require('node:http');
            const fs = require('node:fs');
            const { Pool } = require('pg');
            const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
            pool.on('error', (error) => console.error(error.message));
            const server = http.createServer(async (request, response) => {
              try {
                const name = request.url.slice(1);
                if (request.method === 'PUT') {
                  let bytes = 0;
                  for await (const piece of request) bytes += piece.length;
                  response.end(`${bytes} bytes\\n`);
                } else if (request.method === 'POST') {
                  await pool.query('INSERT INTO guests (name) VALUES ($1)', [name]);
                  fs.appendFileSync('/data/names', `${name}\\n`);
                  response.end(`kept ${name}\\n`);
                } else if (name === 'seen') {
                  const { host, 'x-forwarded-proto': proto, 'x-forwarded-for': visitor } = request.headers;
                  const told = Object.keys(request.headers).filter((one) => one.startsWith('x-pocketpaas'));
                  response.end(`${host} ${proto} ${visitor.split(', ').length}${told}\\n`);
                } else {
                  const { rows } = await pool.query('SELECT name FROM guests ORDER BY id');
                  const files = fs.existsSync('/data/names') ? fs.readFileSync('/data/names', 'utf8') : '';
                  response.end(`${rows.map((row) => row.name).join('\\n')}\\n--\\n${files}`);
                }
              } catch (error) {
                response.statusCode = 503;
                response.end(`${error.message}\\n`);
              }
            });
            server.on('upgrade', (request, socket) => {
              socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n');
              socket.pipe(socket);
            });
            server.keepAliveTimeout = 65_000;
            server.listen(process.env.PORT);
            process.on('SIGTERM', () => server.close(() => pool.end().then(() => process.exit(0))));
            """;

    private static final String WRITER = """
            i=0
            while sleep 0.05; do
                i=$((i + 1))
                curl -s -m 5 -X POST -H 'Host: wander.localhost' "http://127.0.0.1/$1$i" >>/root/answers
            done
            """;

    private static final String WEBSOCKET = """
            import socket
            with socket.create_connection(("127.0.0.1", 80), 10) as one:
                one.sendall(b"GET /ws HTTP/1.1\\r\\nHost: wander.localhost\\r\\nConnection: Upgrade\\r\\n"
                            b"Upgrade: websocket\\r\\n\\r\\n")
                head = b""
                while b"\\r\\n\\r\\n" not in head:
                    head += one.recv(1000)
                one.sendall(b"hello")
                print(head.split(b"\\r\\n")[0].decode(), one.recv(5).decode())
            """;

    private static TestDroplet first;
    private static TestDroplet second;
    private static Path directory;

    @BeforeAll
    static void anAppWithRowsAndFiles(TestDroplet droplet) {
        first = droplet;
        second = TestDroplet.beside(first, "-next", List.of());
        StandIns.bring(first, "postgres");
        StandIns.bring(second, "postgres");
        Laptop laptop = first.laptop();
        directory = laptop.sample("move", "node-postgres-sample");
        Laptop.write(directory.resolve("server.js"), SERVER);
        Laptop.write(
                directory.resolve("pocketpaas.yml"),
                "app: " + APP + "\nhost: " + first.name() + "\nservices: { " + DB
                        + ": postgres:15 }\nrelease: node migrate.js\nvolumes: { files: /data }\n"
                        + "http: { max-body: 200M }\n");
        laptop.commit(directory, "sample");
        must("deploy");
        for (TestDroplet one : List.of(first, second)) {
            one.inside("rm -f /root/answers; cat >/root/writer.sh", WRITER.getBytes(StandardCharsets.UTF_8));
        }
    }

    @AfterAll
    static void gone() throws Exception {
        for (TestDroplet one : List.of(first, second)) {
            first.laptop().pocketpaas(directory, "destroy", "--host", one.name(), "--confirm", APP, "--volumes");
            first.laptop().pocketpaas(directory, "services", "destroy", DB, "--host", one.name(), "--confirm", DB);
        }
        second.close();
    }

    @Test
    @Order(1)
    void whatIsAcknowledgedWhileItMovesIsThere() {
        write("there");

        Seen moved = must("apps", "move", second.name(), "--confirm", APP);

        settle();
        assertThat(moved.out()).contains(APP + " is on " + second.name() + " now", "s without service", "--finish");
        assertThat(moved.all()).containsPattern("about \\d+ s without service");
        assertThat(running(first)).isZero();
        assertThat(running(second)).isOne();
        assertNothingLost();
    }

    @Test
    @Order(2)
    void theOldHostPassesEverythingOnAndChangesNothing() {
        assertThat(inside(first, "curl -s -H 'Host: wander.localhost' http://127.0.0.1/seen"))
                .isEqualTo("wander.localhost http 1\n");
        inside(first, "head -c 60000000 /dev/zero >/run/large");
        assertThat(inside(
                        first,
                        "curl -s -T /run/large -H 'Host: wander.localhost' http://127.0.0.1/large; rm /run/large"))
                .isEqualTo("60000000 bytes\n");
        assertThat(first.inside("python3 -", WEBSOCKET.getBytes(StandardCharsets.UTF_8))
                        .out())
                .isEqualTo("HTTP/1.1 101 Switching Protocols hello\n");
        assertThat(inside(
                        second,
                        "curl -s -o /dev/null -w '%{http_code}' -k -H 'Host: wander.move.internal' "
                                + "--resolve wander.move.internal:443:127.0.0.1 https://wander.move.internal/"))
                .isEqualTo("404");
        assertThat(must("apps").out()).contains("moved to " + second.name());
        assertThat(must("status").out()).contains("moved to " + second.name());
        assertThat(must("ps").out()).contains("moved");
        for (String command : List.of("restart", "env set A=b", "scale web=2", "deploy", "destroy --confirm " + APP)) {
            Seen refused = pocketpaas(command.split(" "));
            assertThat(refused.exit()).as(refused.toString()).isNotZero();
            assertThat(refused.all()).contains(APP + " was moved to " + second.name());
        }
        first.reboot();
        first.awaitBoot();
        assertThat(running(first)).isZero();
        await(first, "--");
    }

    @Test
    @Order(2)
    void aHostThatGetsNoAnswerAnyMoreTellsOfIt() {
        second.inside("systemctl stop nginx");
        // As if that was not just now.
        first.inside("cd /var/lib/pocketpaas && touch -d '5 minutes ago' apps/wander/move moves/wander/lease");

        first.inside("systemctl start pocketpaas-notices.service");

        assertThat(must("status").all())
                .contains("wander was moved to " + second.name() + ", which does not answer this host");
        second.inside("systemctl start nginx");
        first.inside("systemctl start pocketpaas-notices.service");
        assertThat(must("status").all()).doesNotContain("does not answer");
    }

    @Test
    @Order(3)
    void itComesBackWithWhatWasWrittenThere() {
        must("env", "set", "COLOUR=red", "--host", second.name());
        write("back");

        must("apps", "move", "--abort");

        settle();
        // The release of before serves at once, and drains behind the one that comes back.
        Polling.until(
                Duration.ofSeconds(60),
                () -> running(first) == 1,
                () -> inside(first, "docker ps -a; ls /run/systemd"));
        assertThat(running(second)).isZero();
        assertThat(must("env", "get", "COLOUR").out()).isEqualTo("red");
        assertNothingLost();
        assertThat(pocketpaas("apps", "--host", second.name()).out()).doesNotContain(APP);
        assertThat(inside(second, "ls /var/lib/pocketpaas/moves /etc/nginx/pocketpaas; docker volume ls -q"))
                .doesNotContain(APP);
    }

    /**
     * When: what is there on which of the hosts; then: what is killed. After that the app runs on one host by itself, and
     * the same command ends well.
     */
    @ParameterizedTest
    @Order(4)
    @CsvSource({
        "first,  moves/wander/repository/config,   laptop",
        "second, apps/wander/move/arriving,        work-second",
        "first,  apps/wander/move/closed,          laptop",
        "first,  apps/wander/move/closed,          work-first",
        "first,  apps/wander/move/closed,          reboot-first",
        "first,  apps/wander/move/passed,          laptop",
        "first,  apps/wander/move/passed,          reboot-second",
        "second, apps/wander/move/arrived,         work-second"
    })
    void aCutLeavesOneHostAndTheSameCommandGoesOn(String where, String file, String what) throws Exception {
        write(what.charAt(0) + "");

        cut(where, file, what, "apps", "move", second.name(), "--confirm", APP);

        assertOneHostWrites();
        write("again");
        must("apps", "move", second.name(), "--confirm", APP);
        settle();
        assertThat(running(first)).isZero();
        assertThat(running(second)).isOne();
        assertNothingLost();
        must("apps", "move", "--abort");
        assertThat(running(first)).isOne();
        assertThat(running(second)).isZero();
    }

    @ParameterizedTest
    @Order(5)
    @CsvSource({
        "first,  apps/wander/move/reclaiming,      laptop",
        "first,  apps/wander/move/reclaiming,      reboot-first",
        "second, apps/wander/move/returning,       laptop",
        "second, apps/wander/move/returning,       work-second",
        "second, apps/wander/move/returning,       reboot-second"
    })
    void aCutOnTheWayBackLeavesOneHostToo(String where, String file, String what) throws Exception {
        must("apps", "move", second.name(), "--confirm", APP);
        write(what.charAt(0) + "");

        cut(where, file, what, "apps", "move", "--abort");

        assertOneHostWrites();
        write("again");
        must("apps", "move", "--abort");
        settle();
        assertThat(running(first)).isOne();
        assertThat(running(second)).isZero();
        assertNothingLost();
    }

    /** The command ends, or is killed, and nobody goes on with it. */
    private static void cut(String where, String file, String what, String... command) throws Exception {
        TestDroplet place = where.equals("first") ? first : second;
        Process move = first.laptop().start(directory, first.laptop().home().resolve("moving.log"), command);
        place.inside("timeout 120 sh -c 'until [ -e /var/lib/pocketpaas/" + file + " ]; do sleep 0.02; done'");
        switch (what) {
            case "laptop" -> move.destroyForcibly();
            case "work-first" -> first.inside("pkill -9 -f [w]ork/move");
            case "work-second" -> second.inside("pkill -9 -f [w]ork/move");
            default -> {
                move.destroyForcibly();
                TestDroplet host = what.equals("reboot-first") ? first : second;
                host.reboot();
                host.awaitBoot();
                if (host == first) {
                    // Its unit ended with the machine.
                    write("after");
                }
            }
        }
        move.waitFor();
    }

    /** By itself, and it is the one that has the word. */
    private static void assertOneHostWrites() {
        Polling.until(
                Duration.ofSeconds(120),
                () -> running(first) + running(second) == 1 && kept() > 0,
                () -> inside(first, "docker ps -a; ls /var/lib/pocketpaas/apps/wander/move")
                        + inside(second, "docker ps -a; ls /var/lib/pocketpaas/apps/wander/move"));
        long before = kept();
        Polling.until(Duration.ofSeconds(60), () -> kept() > before, () -> inside(first, "tail -n 3 /root/answers"));
        boolean passed =
                inside(first, "ls /var/lib/pocketpaas/apps/wander/move").contains("passed");
        assertThat(running(passed ? first : second)).isZero();
        settle();
        assertNothingLost();
    }

    private static long kept() {
        return Long.parseLong(inside(first, "grep -c ^kept /root/answers").strip());
    }

    @Test
    @Order(6)
    void itIsFinished() {
        must("domains", "add", "wander.example.test");
        must("apps", "move", second.name(), "--confirm", APP);
        Seen refused = pocketpaas("apps", "move", "--finish", "--confirm", APP);
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.all()).contains("wander.example.test");

        must("apps", "move", "--finish", "--confirm", APP, "--ignore-dns");

        assertThat(running(second)).isOne();
        assertThat(
                        inside(
                                first,
                                "ls /var/lib/pocketpaas/apps /var/lib/pocketpaas/moves /etc/nginx/pocketpaas; docker volume ls -q"))
                .doesNotContain(APP + "\n", APP + ".");
        assertThat(inside(second, "ls /var/lib/pocketpaas/moves /etc/nginx/pocketpaas"))
                .doesNotContain("move.conf");
        assertThat(pocketpaas("restart", "--host", second.name()).exit()).isZero();
    }

    @Test
    @Order(7)
    void aWholeHostMovesAndItsKeysWithIt() throws Exception {
        must("keys", "add", "robot", "--app", APP, "--generate", "--host", second.name());
        String[] begun = {"host", "move", second.name(), first.name(), "--confirm", second.name()};
        cut("first", "moves/host.settings/way", "laptop", begun);
        for (TestDroplet one : List.of(first, second)) {
            inside(one, "while pgrep -f [w]ork/move; do sleep 0.2; done");
        }
        Seen crosswise = pocketpaas("host", "move", first.name(), second.name(), "--confirm", first.name());
        assertThat(crosswise.exit()).as(crosswise.toString()).isEqualTo(4);
        assertThat(crosswise.all()).contains("another host is just being moved to " + first.name());

        // The same command is in nobody's way.
        Seen moved = must("host", "move", second.name(), first.name(), "--confirm", second.name());

        assertThat(moved.out()).contains(APP + " is on " + first.name() + " now", "--finish");
        assertThat(running(first)).isOne();
        assertThat(running(second)).isZero();
        assertThat(must("keys").out()).containsPattern("robot\\s+deploy\\s+" + APP);
        await(second, "--");
        assertNothingLost();

        must("host", "move", second.name(), first.name(), "--finish", "--ignore-dns", "--confirm", second.name());

        assertThat(pocketpaas("apps", "--host", second.name()).all()).doesNotContain(APP + " ");
        must("keys", "remove", "robot");
    }

    /** Each kind by itself, and all of them in one move. */
    @Test
    @Order(8)
    void dataOfTheOtherKindsComesAlongAndBack() {
        for (TestDroplet one : List.of(first, second)) {
            StandIns.bring(one, "mariadb,redis,valkey@debian-13,mongodb:8");
        }
        TestApp app = TestApp.create(
                first, "mixed", "services: { my: mariadb:10.11, red: redis:7, val: valkey:8, mo: mongodb:8 }");
        app.must("deploy");
        app.must(
                "services",
                "console",
                "my",
                "--",
                "CREATE TABLE t AS SELECT seq AS id, md5(seq) AS v FROM seq_1_to_20000;"
                        + " CREATE VIEW few AS SELECT * FROM t WHERE id < 10");
        for (String name : List.of("red", "val")) {
            app.must("services", "console", name, "--", "SET word one");
            app.must("services", "console", name, "--", "HSET guests ada 1 eve 2");
        }
        app.must(
                "services",
                "console",
                "mo",
                "--",
                "db.t.insertMany([{v: 'ada'}, {v: 'eve'}]); db.t.createIndex({v: 1})");
        String sums = sums(app, first);

        app.must("apps", "move", second.name(), "--confirm", "mixed");

        assertThat(sums(app, second)).isEqualTo(sums);
        app.must("services", "console", "my", "--host", second.name(), "--", "DELETE FROM t WHERE id > 10");
        for (String name : List.of("red", "val")) {
            app.must("services", "console", name, "--host", second.name(), "--", "SET word two");
        }
        app.must("services", "console", "mo", "--host", second.name(), "--", "db.t.deleteOne({v: 'ada'})");
        String there = sums(app, second);
        assertThat(there).isNotEqualTo(sums);

        app.must("apps", "move", "--abort");

        assertThat(sums(app, first)).isEqualTo(there);
        for (String name : List.of("my", "red", "val", "mo")) {
            app.must("services", "unlink", name);
            app.must("services", "destroy", name, "--confirm", name);
        }
        app.destroy();
        assertThat(app.must("services", "--host", second.name()).out())
                .doesNotContain("mariadb", "redis", "valkey", "mongodb");
    }

    /** Killed just when the app serves on the first host again: the next run must not take what is not there for back. */
    @Test
    @Order(9)
    void whatWasMadeOnTheOtherHostComesBackAndIsNotDroppedBefore() throws Exception {
        for (TestDroplet one : List.of(first, second)) {
            StandIns.bring(one, "postgres");
        }
        TestApp app =
                TestApp.create(first, "settler", "services: { settler-db: postgres:15 }", "volumes: { files: /data }");
        app.must("deploy");
        sql(app, first, "settler-db", "CREATE TABLE t AS SELECT 'before' AS word");
        app.must("apps", "move", second.name(), "--confirm", "settler");
        for (String name : List.of("settler-extra", "settler-kept")) {
            on(app, second, "services", "create", "postgres:15", name);
            on(app, second, "services", "link", name, "--app", "settler");
            sql(app, second, name, "CREATE TABLE t AS SELECT 'only in " + name + "' AS word");
        }
        sql(app, second, "settler-db", "INSERT INTO t VALUES ('there')");
        on(app, second, "services", "unlink", "settler-kept", "--app", "settler");
        on(app, second, "services", "promote", "settler-extra", "--app", "settler");
        on(app, second, "services", "unlink", "settler-db", "--app", "settler");
        assertThat(second.get("settler", "/write/there").body()).isEqualTo("written");
        app.must("deploy", "--preview", "pr1", "--host", second.name());

        Seen refused = app.pocketpaas("apps", "move", second.name(), "--abort", "--host", first.name());

        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("settler-pr1", "pocketpaas previews remove LABEL --app settler");
        assertThat(second.get("settler", "/read").body()).isEqualTo("there");
        app.must("previews", "remove", "pr1", "--host", second.name());

        Process back = first.laptop()
                .start(
                        app.directory(),
                        first.laptop().home().resolve("back.log"),
                        "apps",
                        "move",
                        second.name(),
                        "--abort");
        first.inside(
                "timeout 180 sh -c 'until [ -e /var/lib/pocketpaas/apps/settler/move/ahead ]; do sleep 0.02; done'; pkill -9 -f [w]ork/move");
        assertThat(back.waitFor()).isNotZero();
        assertThat(inside(second, "ls /var/lib/pocketpaas/apps/settler/move")).contains("returning", "halted");
        assertThat(inside(first, "ls /var/lib/pocketpaas/moves/settler/rest")).contains("copy");

        app.must("apps", "move", second.name(), "--abort");

        assertThat(first.get("settler", "/read").body()).isEqualTo("there");
        // With the usual variable, NAME_URL went.
        String address = new String(
                HexFormat.of()
                        .parseHex(first.get("settler", "/env/DATABASE_URL").body()),
                StandardCharsets.UTF_8);
        assertThat(address).contains("@settler-extra");
        assertThat(first.get("settler", "/env/SETTLER_EXTRA_URL").body()).isEqualTo("unset");
        assertThat(first.get("settler", "/env/SETTLER_DB_URL").body()).isEqualTo("unset");
        assertThat(sql(app, first, "settler-extra", "SELECT word FROM t")).contains("only in settler-extra");
        for (String name : List.of("settler-kept", "settler-db")) {
            on(app, first, "services", "link", name, "--app", "settler");
        }
        assertThat(sql(app, first, "settler-kept", "SELECT word FROM t")).contains("only in settler-kept");
        assertThat(sql(app, first, "settler-db", "SELECT word FROM t")).contains("before", "there");
        assertThat(inside(
                        second, "ls /var/lib/pocketpaas/apps /var/lib/pocketpaas/services/*/apps; docker volume ls -q"))
                .doesNotContain("settler\n", "pocketpaas-settler");
        for (String name : List.of("settler-extra", "settler-kept")) {
            on(app, second, "services", "destroy", name, "--confirm", name);
        }
        for (String name : List.of("settler-extra", "settler-kept", "settler-db")) {
            on(app, first, "services", "unlink", name, "--app", "settler");
            on(app, first, "services", "destroy", name, "--confirm", name);
        }
        app.destroy();
    }

    /** What a destroyed app of the name has left there is refused, and stays; what has changed in no content of a file comes along. */
    @Test
    @Order(10)
    void whatAnotherAppOfTheNameHasLeftStaysAndAttributesOfFilesComeAlong() throws Exception {
        for (TestDroplet one : List.of(first, second)) {
            StandIns.bring(one, "postgres");
        }
        TestApp app = TestApp.create(second, "keeper", "services: { keeper-old: postgres:15 }");
        app.must("deploy");
        on(app, second, "services", "console", "keeper-old", "--", "CREATE TABLE t AS SELECT 'kept' AS word");
        app.must("destroy", "--confirm", "keeper");
        app.manifestFor(first, "services: { keeper-db: postgres:15 }", "volumes: { files: /data }");
        app.commit("for the first host");
        app.must("deploy");
        assertThat(first.get("keeper", "/write/first").body()).isEqualTo("written");

        Seen refused = app.pocketpaas("apps", "move", second.name(), "--confirm", "keeper");

        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err())
                .contains(
                        "keeper-old holds data of an app keeper already",
                        "services unlink keeper-old --app keeper --data");
        assertThat(inside(
                        second,
                        "docker exec $(docker ps -q --filter label=pocketpaas.service=keeper-old)"
                                + " psql -U postgres -d app_keeper -Atc 'SELECT word FROM t'"))
                .contains("kept");
        on(app, second, "services", "unlink", "keeper-old", "--app", "keeper", "--data", "--confirm", "keeper");

        label("early");
        Process moving = first.laptop()
                .start(
                        app.directory(),
                        first.laptop().home().resolve("moving.log"),
                        "apps",
                        "move",
                        second.name(),
                        "--confirm",
                        "keeper");
        second.inside(
                "timeout 180 sh -c 'until [ -e /var/lib/pocketpaas/apps/keeper/move/arriving ]; do sleep 0.02; done'");
        label("late");
        assertThat(moving.waitFor()).isZero();

        assertThat(labelled(second)).isEqualTo("late");
        assertThat(inside(second, "ls /var/lib/pocketpaas/moves/keeper/filled")).isEqualTo("keeper-db\n");

        app.must("apps", "move", second.name(), "--abort");

        assertThat(labelled(first)).isEqualTo("late");
        assertThat(inside(
                        second, "ls /var/lib/pocketpaas/apps /var/lib/pocketpaas/services/*/apps; docker volume ls -q"))
                .doesNotContain("keeper\n", "pocketpaas-keeper");
        app.must("services", "unlink", "keeper-db");
        on(app, first, "services", "destroy", "keeper-db", "--confirm", "keeper-db");
        on(app, second, "services", "destroy", "keeper-old", "--confirm", "keeper-old");
        app.destroy();
    }

    private static void label(String word) {
        first.inside("python3 -c 'import os; os.setxattr(\"" + KEPT_FILE + "\", \"user.label\", b\"" + word + "\")'");
    }

    private static String labelled(TestDroplet droplet) {
        return inside(
                        droplet,
                        "python3 -c 'import os; print(os.getxattr(\"" + KEPT_FILE + "\", \"user.label\").decode())'")
                .strip();
    }

    private static String sql(TestApp app, TestDroplet host, String service, String statement) {
        return on(app, host, "services", "console", service, "--", statement).out();
    }

    private static Seen on(TestApp app, TestDroplet host, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        int at = all.contains("--") ? all.indexOf("--") : all.size();
        all.addAll(at, List.of("--host", host.name()));
        return app.must(all.toArray(String[]::new));
    }

    /** The last of them, as the first host is lost with it. */
    @Test
    @Order(11)
    void theFirstHostIsLostForGoodJustAfterItsWord() throws Exception {
        write("last");
        // Nobody tells the other host that it has the word.
        inside(second, "iptables -I OUTPUT -p tcp --dport 443 -j REJECT --reject-with icmp-host-unreachable");
        cut("first", "apps/wander/move/passed", "laptop", "apps", "move", second.name(), "--confirm", APP);
        String kept = inside(first, "systemctl stop writer; sed -n 's/^kept //p' /root/answers");
        for (String[] words :
                List.of(new String[] {"apps", "move", second.name(), "--lost", "--confirm", APP}, new String[] {
                    "apps", "move", "--lost", "--host", second.name(), "--ignore-answer", "--confirm", APP
                })) {
            Seen early = pocketpaas(words);
            assertThat(early.exit()).as(early.toString()).isEqualTo(4);
            assertThat(early.err()).contains(first.name() + " is there, and answers");
        }
        first.powerCut();
        assertThat(running(second)).isZero();

        Seen claimed = must("apps", "move", second.name(), "--lost", "--confirm", APP);

        assertThat(claimed.out()).contains(APP + " is on " + second.name() + " now, and the move is over");
        assertThat(running(second)).isOne();
        assertThat(pocketpaas("restart", "--host", second.name()).exit()).isZero();
        String[] there = await(second, "--").split("--\n", 2);
        for (String place : there) {
            assertThat(place.lines()).containsAll(kept.lines().toList());
        }
        first.powerOn();
        first.awaitBoot();
        assertThat(running(first)).isZero();
        inside(second, "iptables -D OUTPUT -p tcp --dport 443 -j REJECT --reject-with icmp-host-unreachable");
        Seen back = pocketpaas("apps", "move", second.name(), "--abort");
        assertThat(back.exit()).as(back.toString()).isEqualTo(4);
        assertThat(back.err()).contains("where its move was ended", "--finish --app " + APP);
        assertThat(running(first)).isZero();
        must("apps", "move", second.name(), "--finish", "--ignore-dns", "--confirm", APP);
        assertThat(running(second)).isOne();
        assertThat(inside(first, "ls /var/lib/pocketpaas/apps")).doesNotContain(APP);
    }

    private static String sums(TestApp app, TestDroplet on) {
        StringBuilder found = new StringBuilder();
        for (String asked : List.of(
                "my|SELECT count(*), md5(group_concat(v ORDER BY id)) FROM t",
                "my|SELECT count(*) FROM few",
                "red|GET word",
                "red|HGETALL guests",
                "val|GET word",
                "val|HGETALL guests",
                "mo|JSON.stringify([db.t.find().sort({_id: 1}).toArray(), db.t.getIndexes()])")) {
            String[] parts = asked.split("[|]");
            found.append(app.must("services", "console", parts[0], "--host", on.name(), "--", parts[1])
                    .out());
        }
        return found.toString();
    }

    // ---------------------------------------------------------------- writers, and what they know

    /** A host that has just restarted opens an app again half a minute after nobody has driven its move any more. */
    private static void write(String prefix) {
        first.inside("systemctl reset-failed writer; systemd-run --quiet --collect --unit writer sh /root/writer.sh "
                + prefix);
        Polling.until(
                Duration.ofSeconds(90),
                () -> inside(first, "tail -n 1 /root/answers").startsWith("kept"),
                () -> inside(first, "tail -n 3 /root/answers"));
    }

    /** It answers again, and nobody writes any more. */
    private static void settle() {
        Polling.until(
                Duration.ofSeconds(60),
                () -> inside(first, "tail -n 1 /root/answers").startsWith("kept"),
                () -> inside(first, "tail -n 3 /root/answers"));
        first.inside("systemctl stop writer");
    }

    private static void assertNothingLost() {
        List<String> kept =
                inside(first, "sed -n 's/^kept //p' /root/answers").lines().toList();
        String[] there = await(first, "--").split("--\n", 2);
        assertThat(kept).hasSizeGreaterThan(10);
        assertThat(there[0].lines()).containsAll(kept);
        assertThat(there[1].lines()).containsAll(kept);
    }

    private static String await(TestDroplet droplet, String text) {
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.get(APP, "/").body().contains(text),
                () -> droplet.get(APP, "/").toString());
        return droplet.get(APP, "/").body();
    }

    private static long running(TestDroplet droplet) {
        return inside(droplet, "docker ps -q --filter label=pocketpaas.app=" + APP)
                .lines()
                .count();
    }

    private static String inside(TestDroplet droplet, String script) {
        return droplet.inside(script).out();
    }

    private static Seen pocketpaas(String... words) {
        return first.laptop().pocketpaas(directory, words);
    }

    private static Seen must(String... words) {
        Seen seen = pocketpaas(words);
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen;
    }
}
