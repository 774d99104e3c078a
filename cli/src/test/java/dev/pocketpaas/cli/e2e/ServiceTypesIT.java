package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every kind of service has to do, one after the other: {@code mvn verify -Pservices}. */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
class ServiceTypesIT {
    private static final String STAND_INS =
            "postgres,postgres@debian-13,mariadb,mariadb@debian-13,redis,valkey@debian-13,mongodb:8";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgres:15 | CREATE TABLE t (v text); INSERT INTO t VALUES ('one') | UPDATE t SET v = 'two' | SELECT v FROM t",
                "postgres:17 | CREATE TABLE t (v text); INSERT INTO t VALUES ('one') | UPDATE t SET v = 'two' | SELECT v FROM t",
                "mariadb:10.11 | CREATE TABLE t (v text); INSERT INTO t VALUES ('one') | UPDATE t SET v = 'two' | SELECT v FROM t",
                "mariadb:11.8 | CREATE TABLE t (v text); INSERT INTO t VALUES ('one') | UPDATE t SET v = 'two' | SELECT v FROM t",
                "redis:7 | SET v one | SET v two | GET v",
                "valkey:8 | SET v one | SET v two | GET v",
                "mongodb:8 | db.t.insertOne({v: 'one'}) | db.t.updateOne({}, {$set: {v: 'two'}}) | db.t.findOne().v",
            })
    void everyKind(String type, String first, String second, String asked, TestDroplet droplet) {
        StandIns.bring(droplet, STAND_INS);
        String name = type.replaceAll("[:.]", "-");
        TestApp app = TestApp.create(droplet, "types-" + name);
        app.must("deploy");

        app.must("services", "create", type, name);
        assertThat(app.must("services", "link", name).all()).contains("Querying as the app");
        app.must("services", "console", name, "--", first);
        Seen dump = app.shell("\"$0\" services dump " + name + " >whole");
        assertThat(dump.exit()).as(dump.toString()).isZero();
        app.must("services", "console", name, "--", second);
        Seen part = app.shell("head -c 60 whole | \"$0\" services restore " + name + " --confirm " + name);
        assertThat(part.exit()).as(part.toString()).isEqualTo(5);
        assertThat(app.must("services", "console", name, "--", asked).out()).contains("two");
        if (type.startsWith("mariadb")) {
            Seen dropping = app.shell("{ sed 's/^-- Table structure.*/DROP TABLE t; drop database app_types_"
                    + name.replace('-', '_') + ";/' whole; } | \"$0\" services restore " + name + " --confirm " + name);
            assertThat(dropping.exit()).as(dropping.toString()).isEqualTo(5);
            assertThat(app.must("services", "console", name, "--", asked).out()).contains("two");
        }
        Seen restored = app.shell("gzip <whole | \"$0\" services restore " + name + " --confirm " + name);
        assertThat(restored.exit()).as(restored.toString()).isZero();
        assertThat(app.must("services", "console", name, "--", asked).out()).contains("one");

        app.must("services", "restart", name);
        assertThat(app.must("services", "console", name, "--", asked).out()).contains("one");
        droplet.inside("systemctl restart docker");
        droplet.awaitEngine();
        Polling.until(
                Duration.ofSeconds(30),
                () -> app.must("services").out().contains("running"),
                () -> app.must("services").all());
        app.must("services", "credentials", "rotate", name);
        assertThat(app.must("services", "console", name, "--", asked).out()).contains("one");

        app.must("backups", "destination", "/var/backups/" + name);
        app.must("backups", "create", name);
        app.must("services", "console", name, "--", second);
        assertThat(app.must("backups", "drill", name).all()).containsPattern("[1-9][0-9]* counts are as noted");
        String backup = TestDroplet.field(app.must("backups", "--json").out(), "id");
        app.must("backups", "restore", backup, "--confirm", name);
        assertThat(app.must("services", "console", name, "--", asked).out()).contains("one");
        app.must("backups", "destination", "none");

        app.must("services", "unlink", name);
        app.must("services", "destroy", name, "--confirm", name);
        app.destroy();
    }

    private static final String BEFORE_THE_RELEASE = "before mkdir .*/apps/half/releases/[0-9]+$";

    /** Which database an app has changes with the command that says so, killed or not, and with no other one without a word. */
    @Test
    void whatIsKilledBeforeItsReleaseIsMadeWhenItIsRunAgain(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres,redis");
        TestApp app = TestApp.create(droplet, "half");
        app.must("deploy");
        app.must("services", "create", "postgres:15", "half-one");
        app.must("services", "create", "postgres:15", "half-two");
        app.must("services", "link", "half-one");
        try (Injection injection = Injection.on(droplet)) {
            killed(injection, app, "services", "link", "half-two");
            assertThat(app.must("services", "link", "half-two").all()).doesNotContain("Nothing to do");
            assertThat(url(app, "HALF_TWO_URL")).contains("@half-two:");
            assertThat(app.must("services", "link", "half-two").all()).contains("Nothing to do");

            killed(injection, app, "services", "promote", "half-two");
            assertThat(url(app, "DATABASE_URL")).contains("@half-one:");
            assertThat(app.must("services", "promote", "half-two").all()).doesNotContain("Nothing to do");
            assertThat(url(app, "DATABASE_URL")).contains("@half-two:");
            assertThat(app.must("services", "promote", "half-two").all()).contains("Nothing to do");

            killed(injection, app, "services", "promote", "half-one");
        }
        assertThat(app.must("env", "set", "OTHER=1").all())
                .contains(
                        "DATABASE_URL of half is the address of the service half-one from this release on, and no more of half-two");
        assertThat(app.must("rollback").all())
                .contains(
                        "DATABASE_URL of half is the address of the service half-two in this release; with the next one it is that of half-one",
                        "pocketpaas services promote half-two --app half");
        app.must("services", "promote", "half-two");
        assertThat(app.must("env", "set", "OTHER=2").all()).doesNotContain("from this release on");
        assertThat(url(app, "DATABASE_URL")).contains("@half-two:");
        for (String name : List.of("half-one", "half-two")) {
            app.must("services", "unlink", name);
            app.must("services", "destroy", name, "--confirm", name);
        }
        app.destroy();
    }

    private static void killed(Injection injection, TestApp app, String... command) {
        injection.kill(BEFORE_THE_RELEASE, "work/service");
        Seen seen = app.pocketpaas(command);
        assertThat(injection.reached()).as(seen.toString()).isTrue();
        assertThat(seen.exit()).as(seen.toString()).isNotZero();
    }

    private static String url(TestApp app, String variable) {
        return app.must("run", "--", "sh", "-c", "echo $" + variable).out();
    }

    @Test
    void aServiceWhoseStartWasKilledComesBackWhenItCrashes(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres,redis");
        TestApp app = TestApp.create(droplet, "cut-start");
        app.must("services", "create", "redis:7", "cut-start-db");
        String inspect = "docker inspect -f '%s' $(docker ps -aq --filter label=pocketpaas.service=cut-start-db)";
        String policy = inspect.formatted("{{.HostConfig.RestartPolicy.Name}}");
        String process = inspect.formatted("{{.State.Pid}}");
        app.must("services", "stop", "cut-start-db");
        try (Injection injection = Injection.on(droplet)) {
            injection.kill("before engine POST .*/containers/[^/ ]+/exec", "work/service");
            Seen seen = app.pocketpaas("services", "start", "cut-start-db");
            assertThat(injection.reached()).as(seen.toString()).isTrue();
        }
        assertThat(droplet.inside(policy).out()).isEqualTo("no\n");

        assertThat(app.must("services", "start", "cut-start-db").all()).doesNotContain("Nothing to do");

        assertThat(droplet.inside(policy).out()).isEqualTo("unless-stopped\n");
        String before = droplet.inside(process).out();
        droplet.inside("kill -9 " + before.strip());
        Polling.until(
                Duration.ofSeconds(30),
                () -> !List.of(before, "0\n").contains(droplet.inside(process).out()),
                () -> droplet.inside("docker ps -a").out());
        app.must("services", "destroy", "cut-start-db", "--confirm", "cut-start-db");
    }

    @Test
    void whatNamesAnotherDatabaseComesToTheAppsOwn(TestDroplet droplet) throws Exception {
        StandIns.bring(droplet, STAND_INS);
        TestApp app = TestApp.create(droplet, "blo-g");
        TestApp other = TestApp.create(droplet, "bloxg");
        app.must("deploy");
        other.must("deploy");
        app.must("services", "create", "mariadb:10.11", "my");
        app.must("services", "link", "my");
        other.must("services", "link", "my");
        other.must("services", "console", "my", "--", "CREATE TABLE own (v text)");
        Files.writeString(app.directory().resolve("whole.sql"), PHPMYADMIN);

        Seen restored = app.shell("\"$0\" services restore my --confirm my <whole.sql");
        assertThat(restored.exit()).as(restored.toString()).isZero();
        assertThat(app.must("services", "console", "my", "--", "SELECT title FROM seen")
                        .out())
                .contains("first post");
        assertThat(app.must("services", "console", "my", "--", "SHOW CREATE VIEW seen")
                        .out())
                .contains("DEFINER=`app_blo_g`@`localhost`");

        app.must("services", "console", "my", "--", "UPDATE posts SET title = 'changed'");
        Seen cut = app.shell("head -n -1 whole.sql | \"$0\" services restore my --confirm my");
        assertThat(cut.exit()).isEqualTo(5);
        assertThat(cut.all()).contains("ends too early");
        Seen foreign =
                app.shell("echo 'INSERT INTO app_bloxg.own VALUES (1);' | \"$0\" services restore my --confirm my");
        assertThat(foreign.exit()).isEqualTo(5);
        assertThat(foreign.all()).contains("denied");
        assertThat(app.must("services", "console", "my", "--", "SELECT title FROM seen")
                        .out())
                .contains("changed");

        app.must("services", "copy", "my", "my", "--to-app", "bloxg", "--confirm", "my");
        assertThat(other.must("services", "console", "my", "--", "SELECT title FROM seen")
                        .out())
                .contains("changed");

        app.must("run", "--detach", "--", "sleep", "20");
        assertThat(app.must("services", "credentials", "rotate", "my", "--only", "blo-g")
                        .all())
                .contains("cron jobs and commands of blo-g that still use the login");
        String old = "ls /var/lib/pocketpaas/services/my/apps/blo-g/old";
        assertThat(droplet.inside(old).out()).isNotEmpty();
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.inside("docker ps -q --filter label=pocketpaas.run")
                        .out()
                        .isEmpty(),
                () -> droplet.inside("docker ps").out());
        droplet.inside("/usr/local/lib/pocketpaas/current/notices");
        assertThat(droplet.inside(old).out()).isEmpty();

        app.must("services", "stop", "my");
        assertThat(app.must("status", "--all").out()).containsPattern("my +mariadb +10.11 +stopped +");
        assertThat(app.laptop().pocketpaas(app.directory(), "doctor").all())
                .contains("the service my is stopped: blo-g cannot query", "pocketpaas services start my");
        app.must("services", "start", "my");

        app.must("services", "unlink", "my");
        other.must("services", "unlink", "my");
        app.must("services", "destroy", "my", "--confirm", "my");
        app.destroy();
        other.destroy();
    }

    /** What stands behind the comment, or the string, is one for the server, and a statement for its client. */
    private static final String BREAKS_OUT = "GRANT ALL PRIVILEGES ON *.* TO 'app_hostile'@'localhost'";

    @Test
    void whatAnAppHasNamedOrWrittenRunsWithItsRightsAlone(TestDroplet droplet) {
        StandIns.bring(droplet, STAND_INS);
        TestApp app = TestApp.create(droplet, "hostile");
        TestApp other = TestApp.create(droplet, "victim");
        app.must("deploy");
        other.must("deploy");
        app.must("services", "create", "mariadb:11.8", "my");
        app.must("services", "link", "my");
        other.must("services", "link", "my");
        app.must("backups", "destination", "/var/backups/hostile");
        other.must(
                "services", "console", "my", "--", "CREATE TABLE own (v text); INSERT INTO own VALUES ('untouched')");

        for (String made : List.of(
                "CREATE TABLE t (v text); INSERT INTO t VALUES ('one')",
                "CREATE TABLE `a'; DROP TABLE app_victim.own; --` (v int, `'); DROP TABLE app_victim.own; --` int)",
                "CREATE TABLE `b``; DROP TABLE app_victim.own; --` (v int, `c``; DROP TABLE app_victim.own; --` int)",
                "CREATE VIEW `--result-file=/tmp/hostile` AS SELECT v FROM t",
                "CREATE VIEW `-d'; DROP TABLE app_victim.own; --` AS SELECT v FROM t")) {
            app.must("services", "console", "my", "--", made);
        }
        app.must("backups", "create", "my");
        Seen dump = app.shell("\"$0\" services dump my >names");
        assertThat(dump.exit()).as(dump.toString()).isZero();
        restoresNames(app);

        // Between "--" and what follows only the server takes 0x01 for a blank.
        String[] texts = {
            "CREATE PROCEDURE p() SELECT 1 --\u0001;; " + BREAKS_OUT + ";;\n",
            // In GBK the first two bytes in the quotes are one character; elsewhere the second one is a backslash.
            "CREATE PROCEDURE p() SELECT '\u00bf\\' -- ';; " + BREAKS_OUT + ";;\n",
        };
        for (String text : texts) {
            String hex = HexFormat.of().formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
            app.must(
                    "services",
                    "console",
                    "my",
                    "--",
                    "SET character_set_client = gbk; EXECUTE IMMEDIATE CONVERT(0x" + hex + " USING gbk)");
            app.must("backups", "create", "my");
            Seen hostile = app.shell("\"$0\" services dump my >hostile");
            assertThat(hostile.exit()).as(hostile.toString()).isZero();
            Seen refused = app.shell("\"$0\" services restore my --confirm my <hostile");
            assertThat(refused.exit()).as(refused.toString()).isEqualTo(5);
            assertThat(refused.all()).contains("denied for user 'app_$new'@'localhost'");
            assertThat(app.must("services", "console", "my", "--", "SHOW CREATE PROCEDURE p")
                            .out())
                    .contains("SELECT");
            restoresNames(app);
        }

        Seen file = app.shell("echo \"CREATE TABLE s (v text); LOAD DATA LOCAL INFILE '/run/pocketpaas/password'"
                + " INTO TABLE s;\" | \"$0\" services restore my --confirm my");
        assertThat(file.exit()).as(file.toString()).isEqualTo(5);
        assertThat(app.must("services", "console", "my", "--", "SELECT v FROM t")
                        .out())
                .contains("one");

        assertThat(asRoot(
                        droplet,
                        "SELECT count(*) FROM information_schema.user_privileges"
                                + " WHERE grantee LIKE '%hostile%' AND privilege_type <> 'USAGE'"))
                .isEqualTo("0");
        assertThat(asRoot(droplet, "SELECT group_concat(DISTINCT db) FROM mysql.db WHERE user LIKE '%hostile%'"))
                .isEqualTo("app\\_hostile");
        assertThat(asRoot(droplet, "SELECT count(*) >= 2 FROM mysql.db WHERE user LIKE '%hostile%'"))
                .isEqualTo("1");
        assertThat(other.must("services", "console", "my", "--", "SELECT v FROM own")
                        .out())
                .contains("untouched");
        assertThat(droplet.inside("docker exec " + MY + " find /tmp -name 'hostile*' -o -name 'pocketpaas*'")
                        .out())
                .isEmpty();

        app.must("backups", "destination", "none");
        app.must("services", "unlink", "my");
        other.must("services", "unlink", "my");
        app.must("services", "destroy", "my", "--confirm", "my");
        app.destroy();
        other.destroy();
    }

    private static final String MY = "$(docker ps -q --filter label=pocketpaas.service=my)";

    /** The dump of the hostile names comes back, with all of them. */
    private static void restoresNames(TestApp app) {
        Seen restored = app.shell("\"$0\" services restore my --confirm my <names");
        assertThat(restored.exit()).as(restored.toString()).isZero();
        assertThat(app.must("services", "console", "my", "--", "SHOW TABLES").out())
                .contains(
                        "a'; DROP TABLE app_victim.own; --",
                        "b`; DROP TABLE app_victim.own; --",
                        "--result-file=/tmp/hostile",
                        "-d'; DROP TABLE app_victim.own; --");
        assertThat(app.must("services", "console", "my", "--", "SELECT v FROM `--result-file=/tmp/hostile`")
                        .out())
                .contains("one");
    }

    private static String asRoot(TestDroplet droplet, String query) {
        return droplet.inside("docker exec -i " + MY + " sh -c 'MYSQL_PWD=$(cat /run/pocketpaas/password)"
                        + " mariadb -uroot -Nr' <<'SQL'\n" + query + ";\nSQL\n")
                .out()
                .strip();
    }

    /** The server keeps the name of the database in defaults; quotes are other ones in some modes. */
    @Test
    void aMariadbComesBackWithItsSequencesAndModes(TestDroplet droplet) throws Exception {
        StandIns.bring(droplet, "mariadb,mariadb@debian-13");
        TestApp app = TestApp.create(droplet, "counted");
        app.must("deploy");
        app.must("services", "create", "mariadb:10.11", "seq");
        app.must("services", "link", "seq");
        for (String made : List.of(
                "CREATE SEQUENCE `s.q` START WITH 10 NOCACHE; CREATE TABLE t (a int DEFAULT nextval(`s.q`) PRIMARY KEY,"
                        + " b int DEFAULT (lastval(`s.q`) + 1), v text DEFAULT 'nextval(`app_counted`.`s.q`)')",
                "INSERT INTO t VALUES (1, 2, 'one')",
                "CREATE TABLE `two\n\u540d\u524d` (v int); INSERT INTO `two\n\u540d\u524d` VALUES (7)",
                "CREATE VIEW numbered AS SELECT nextval(`s.q`) AS n, v FROM t",
                "CREATE TABLE T (n int DEFAULT nextval(`s.q`)); CREATE VIEW Numbered AS SELECT 1 AS one",
                "SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'; CREATE PROCEDURE p() SELECT '\\' AS \"it's\"")) {
            app.must("services", "console", "seq", "--", made);
        }
        String definitions = "SHOW CREATE TABLE t; SHOW CREATE TABLE T; SHOW CREATE VIEW numbered;"
                + " SHOW CREATE VIEW Numbered; SHOW CREATE PROCEDURE p";
        String before =
                app.must("services", "console", "seq", "--", definitions).out();
        assertThat(before).contains("nextval(`app_counted`.`s.q`)");

        for (String round : List.of("first", "second")) {
            Seen dump = app.shell("\"$0\" services dump seq >counted");
            assertThat(dump.exit()).as(dump.toString()).isZero();
            Seen restored = app.shell("\"$0\" services restore seq --confirm seq <counted");
            assertThat(restored.exit()).as(round + restored).isZero();
            assertThat(app.must("services", "console", "seq", "--", definitions).out())
                    .isEqualTo(before);
            app.must("services", "console", "seq", "--", "INSERT INTO t (v) VALUES ('" + round + "')");
        }
        app.must("services", "upgrade", "seq", "--to", "11.8");
        app.must("services", "console", "seq", "--", "INSERT INTO t (v) VALUES ('after')");
        assertThat(app.must(
                                "services",
                                "console",
                                "seq",
                                "--",
                                "SELECT concat_ws(' ', a, b, v) FROM t ORDER BY a; CALL p()")
                        .out())
                .contains("1 2 one", "10 11 first", "11 12 second", "12 13 after", "| it's |", "| \\ ");
        assertThat(app.must("services", "console", "seq", "--", "SELECT v FROM `two\n\u540d\u524d`")
                        .out())
                .contains("7");
        assertThat(app.must("services", "console", "seq", "--", "SELECT n FROM numbered LIMIT 1")
                        .out())
                .contains("13");

        app.must("services", "unlink", "seq");
        app.must("services", "destroy", "seq", "--confirm", "seq");
        app.destroy();
    }

    /** The script of a service's kind as the host runs it; behind `cut` it is killed as by a power cut. */
    private static Seen script(TestDroplet droplet, String name, String arguments, String cut) {
        return droplet.inside("cd /usr/local/lib/pocketpaas/current/services/mariadb && docker exec -i -u mysql " + MY
                + " sh -c \"$(cat common " + name + (cut.isEmpty() ? "" : " | sed '" + cut + "'") + ")\" " + name + " "
                + arguments);
    }

    private static final String DEFINED =
            "SELECT concat_ws(' ', (SELECT count(*) FROM information_schema.views WHERE table_schema = 'app_legal'),"
                    + " (SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = 'app_legal'),"
                    + " (SELECT count(*) FROM information_schema.routines WHERE routine_schema = 'app_legal'),"
                    + " (SELECT group_concat(DISTINCT json_value(priv, '$.account_locked')) FROM mysql.global_priv"
                    + " WHERE user LIKE 'legal\\_%'))";

    @Test
    void aMariadbIsRestoredWhateverIsInItAndAfterACut(TestDroplet droplet) throws Exception {
        StandIns.bring(droplet, "mariadb");
        TestApp app = TestApp.create(droplet, "legal");
        app.must("deploy");
        app.must("services", "create", "mariadb:10.11", "my");
        app.must("services", "link", "my");
        String time = "2106-02-07 06:28:15.999999";
        for (String made : List.of(
                "CREATE TABLE hv (a int, x datetime(6), n varchar(40)) WITH SYSTEM VERSIONING;"
                        + " INSERT INTO hv VALUES (1, '" + time + "', '" + time + "')",
                "CREATE VIEW `v\nw` AS SELECT a FROM hv",
                "CREATE PROCEDURE `p\nq`() SELECT '\nCREATE DEFINER=`ad`@`min` VIEW'",
                "CREATE TRIGGER `tr\ng` BEFORE INSERT ON hv FOR EACH ROW SET new.a = new.a + 1",
                PACKAGE,
                "CREATE TABLE gone (a int); CREATE VIEW broken AS SELECT a FROM gone")) {
            app.must("services", "console", "my", "--", made);
        }
        Seen dump = app.shell("\"$0\" services dump my >legal");
        assertThat(dump.exit()).as(dump.toString()).isZero();
        app.must("services", "console", "my", "--", "DROP TABLE gone; UPDATE hv SET n = 'changed'");
        Seen refused = app.shell("\"$0\" services dump my >unread");
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.all()).contains("the view broken names what is not there any more");
        Seen restored = app.shell("\"$0\" services restore my --confirm my <legal");
        assertThat(restored.exit()).as(restored.toString()).isZero();
        String seen = "SELECT concat_ws(' ', a, x, n) FROM hv; CALL `p\nq`(); SELECT a FROM broken";
        assertThat(app.must("services", "console", "my", "--", seen).out())
                .contains("1 " + time + " " + time, "CREATE DEFINER=`ad`@`min` VIEW");
        String before = asRoot(droplet, DEFINED);
        assertThat(before).startsWith("2 1 3 ").doesNotEndWith("1");

        for (boolean byTimer : List.of(true, false)) {
            assertThat(script(droplet, "dump", "app_legal >/tmp/legal", "").all())
                    .isEmpty();
            assertThat(script(droplet, "restore", "plain app_legal app_legal.new </tmp/legal", "")
                            .exit())
                    .isZero();
            script(droplet, "swap", "app_legal app_legal.new", "s/^finished .*//; s/^if bare .*/bare $db; kill -9 $$/");
            assertThat(asRoot(droplet, DEFINED)).isEqualTo("0 0 0 1");
            if (byTimer) {
                droplet.inside("/usr/local/lib/pocketpaas/current/notices");
            } else {
                app.must("services", "restart", "my");
            }
            assertThat(asRoot(droplet, DEFINED)).isEqualTo(before);
        }

        // What an app has prepared holds its table without a connection, until somebody ends it.
        app.must(
                "services",
                "console",
                "my",
                "--",
                "XA START 'held'; UPDATE hv SET n = 'held'; XA END 'held'; XA PREPARE 'held'");
        Seen held = app.shell("\"$0\" services restore my --confirm my <legal");
        assertThat(held.exit()).isNotZero();
        assertThat(held.all()).contains("a table of app_legal is locked", "XA ROLLBACK 'held'");
        assertThat(asRoot(droplet, DEFINED)).isEqualTo(before);
        app.must("services", "console", "my", "--", "XA ROLLBACK 'held'");
        restored = app.shell("\"$0\" services restore my --confirm my <legal");
        assertThat(restored.exit()).as(restored.toString()).isZero();

        app.must("services", "unlink", "my");
        app.must("services", "destroy", "my", "--confirm", "my");
        app.destroy();
    }

    /** In a mode in which it is known; the client sends it as one statement. */
    private static final String PACKAGE =
            "SET sql_mode = ORACLE;\nDELIMITER //\nCREATE PACKAGE pk AS FUNCTION f RETURN int;"
                    + " END;\n//\nCREATE PACKAGE BODY pk AS FUNCTION f RETURN int AS BEGIN RETURN 1; END; END;\n//";

    @Test
    void aPostgresComesBackWithTheAppsExtensions(TestDroplet droplet) throws Exception {
        StandIns.bring(droplet, "postgres,postgres@debian-13");
        TestApp app = TestApp.create(droplet, "extended");
        app.must("deploy");
        app.must("services", "create", "postgres:15", "pg");
        app.must("services", "link", "pg");
        for (String made : List.of(
                "CREATE SCHEMA \"EXTENSION x\"",
                "CREATE SCHEMA \"EXTENSION x y\"",
                "CREATE SCHEMA \"\"\"; DROP TABLE t; --\n\u00e9\"",
                "CREATE EXTENSION citext SCHEMA \"EXTENSION x\"",
                "CREATE EXTENSION hstore SCHEMA \"\"\"; DROP TABLE t; --\n\u00e9\"",
                "CREATE EXTENSION pg_trgm",
                "CREATE TABLE t (v \"EXTENSION x\".citext); INSERT INTO t VALUES ('One')")) {
            app.must("services", "console", "pg", "--", made);
        }
        String extensions = "SELECT extname, extowner::regrole, nspname FROM pg_extension"
                + " JOIN pg_namespace n ON n.oid = extnamespace ORDER BY 1";
        String before = app.must("services", "console", "pg", "--", extensions).out();
        assertThat(before).contains("EXTENSION x", "DROP TABLE t");

        Seen dump = app.shell("\"$0\" services dump pg >extended");
        assertThat(dump.exit()).as(dump.toString()).isZero();
        Seen restored = app.shell("\"$0\" services restore pg --confirm pg <extended");
        assertThat(restored.exit()).as(restored.toString()).isZero();
        assertThat(app.must("services", "console", "pg", "--", extensions).out())
                .isEqualTo(before);
        app.must("services", "upgrade", "pg", "--to", "17");
        assertThat(app.must("services", "console", "pg", "--", extensions).out())
                .isEqualTo(before);
        assertThat(app.must("services", "console", "pg", "--", "SELECT v FROM t")
                        .out())
                .contains("One");
        app.must("services", "console", "pg", "--", "ALTER EXTENSION hstore UPDATE; DROP EXTENSION pg_trgm");

        app.must("services", "unlink", "pg");
        app.must("services", "destroy", "pg", "--confirm", "pg");
        app.destroy();
    }

    /** An RDB file that is whole, in which a key is there twice: no server reads it. */
    private static final String TWICE = "524544495330303130fe0000016b013100016b0132ffa247e6531b73cd8f";

    @Test
    void aRedisKeepsItsDataUntilItHasReadOthers(TestDroplet droplet) throws Exception {
        StandIns.bring(droplet, STAND_INS);
        TestApp app = TestApp.create(droplet, "ca-che");
        TestApp other = TestApp.create(droplet, "fu-ll");
        app.must("deploy");
        other.must("deploy");
        app.must("services", "create", "redis:7", "cache");
        app.must("services", "link", "cache");
        app.must("services", "create", "redis:7", "full", "--memory", "640M");
        other.must("services", "link", "full");
        app.must("services", "console", "cache", "--", "SET v one");
        String function = "#!lua name=mine\nredis.register_function('mine', function() return 7 end)";
        app.must("services", "console", "cache", "--", "FUNCTION", "LOAD", function);
        String restore = "\"$0\" services restore cache --confirm cache";
        assertThat(app.shell("\"$0\" services dump cache >whole").exit()).isZero();
        app.must("backups", "destination", "/var/backups/cache");
        app.must("backups", "create", "cache");
        String backup = TestDroplet.field(app.must("backups", "--json").out(), "id");
        app.must("services", "console", "cache", "--", "SET v two");

        Files.write(app.directory().resolve("twice"), HexFormat.of().parseHex(TWICE));
        Seen twice = app.shell(restore + " <twice");
        assertThat(twice.exit()).as(twice.toString()).isEqualTo(5);
        assertThat(twice.all()).contains("duplicated key", "the data of ca-che is as it was");
        for (String key : List.of("a", "b", "c", "d", "e", "f")) {
            other.must("services", "console", "full", "--", "SETRANGE " + key + " 60000000 x");
        }
        Seen large = other.pocketpaas("services", "copy", "full", "cache", "--to-app", "ca-che", "--confirm", "cache");
        assertThat(large.exit()).as(large.toString()).isEqualTo(5);
        assertThat(large.all()).contains("too little memory", "the data of ca-che is as it was");
        assertThat(app.must("services", "console", "cache", "--", "GET v").out())
                .contains("two");

        spoil(droplet);
        Seen mended = app.shell(restore + " <whole");
        assertThat(mended.exit()).as(mended.toString()).isZero();
        assertThat(app.must("services", "console", "cache", "--", "GET v").out())
                .contains("one");
        spoil(droplet);
        assertThat(app.pocketpaas("services", "restart", "cache").exit()).isEqualTo(5);
        app.must("backups", "restore", backup, "--confirm", "cache");
        assertThat(app.must("services", "console", "cache", "--", "GET v").out())
                .contains("one");
        assertThat(app.must("services", "console", "cache", "--", "FCALL mine 0")
                        .out())
                .contains("7");
        assertThat(droplet.inside("docker ps -aq --filter label=pocketpaas.service=cache")
                        .out()
                        .lines())
                .hasSize(1);

        app.must("backups", "destination", "none");
        app.destroy();
        other.must("services", "link", "cache");
        assertThat(other.pocketpaas("services", "console", "cache", "--", "FCALL mine 0")
                        .all())
                .contains("Function not found");
        for (String name : List.of("cache", "full")) {
            other.must("services", "unlink", name);
            other.must("services", "destroy", name, "--confirm", name);
        }
        other.destroy();
    }

    /** Its file is none that it could read: it ends, whenever the engine starts it. */
    private static void spoil(TestDroplet droplet) {
        String server = "$(docker ps -q --filter label=pocketpaas.service=cache)";
        droplet.inside("one=" + server + "; docker exec $one sh -c 'echo REDIS0011 >/data/dump.rdb'"
                + " && kill -9 $(docker inspect --format '{{.State.Pid}}' $one)");
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.inside("docker ps --filter label=pocketpaas.service=cache")
                        .out()
                        .contains("Restarting"),
                () -> droplet.inside("docker ps -a").out());
    }

    private static final String PHPMYADMIN = """
            -- phpMyAdmin SQL Dump
            -- version 5.2.1

            SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
            START TRANSACTION;
            /*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
            /*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
            /*!40101 SET NAMES utf8mb4 */;
            CREATE DATABASE IF NOT EXISTS `wordpress` DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
            USE `wordpress`;
            DELIMITER $$
            CREATE DEFINER=`root`@`localhost` PROCEDURE `count_posts` ()   BEGIN
              SELECT count(*) FROM posts;
            END$$
            DELIMITER ;
            CREATE TABLE `posts` (
              `id` int(11) NOT NULL,
              `title` text DEFAULT NULL
            ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
            INSERT INTO `posts` (`id`, `title`) VALUES
            (1, 'first post');
            CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`%` SQL SECURITY DEFINER VIEW `seen` AS SELECT `title` FROM `posts` ;
            ALTER TABLE `posts`
              ADD PRIMARY KEY (`id`);
            COMMIT;
            /*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
            /*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
            """;
}
