package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A database beside an app: the guest book of {@code examples/node-postgres-sample}, through all that happens to an app and to its database. */
@ExtendWith(TestDroplet.Shared.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServicesIT {
    private static final String APP = "guests";
    private static final String DB = "guest-db";

    private static TestApp app;

    @BeforeAll
    static void theSample(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres,postgres@debian-13");
        app = TestApp.ofSample(
                droplet,
                APP,
                "node-postgres-sample",
                "services: { " + DB + ": 'postgres:15' }",
                "release: node migrate.js");
    }

    @AfterAll
    static void gone(TestDroplet droplet) {
        app.must("destroy", "--confirm", APP, "--volumes");
        app.must("services", "destroy", DB, "--confirm", DB);
        assertThat(droplet.inside("docker ps -a; docker volume ls; docker network ls")
                        .out())
                .doesNotContain(DB);
    }

    @Test
    @Order(1)
    void oneLineOfTheManifestIsADatabase(TestDroplet droplet) {
        Seen deploy = app.must("deploy");

        assertThat(deploy.all()).contains("Querying as the app");
        assertThat(post(droplet, "Ada")).contains("Welcome, Ada");
        assertThat(droplet.get(APP, "/").body()).isEqualTo("1 guests: Ada\n");
        assertThat(app.must("env").out()).contains("DATABASE_URL", "service " + DB);
        assertThat(app.must("services").out()).contains(DB, "postgres", "running", APP);
        assertThat(app.must("services", "info", DB, "--json").out()).contains("\"app_" + APP + "\"");
    }

    @Test
    @Order(2)
    void theRowsSurviveWhatHappensToTheApp(TestDroplet droplet) throws Exception {
        Files.writeString(app.directory().resolve("README.md"), "another\n");
        app.commit("another");
        app.must("deploy");
        app.must("rollback");
        app.must("services", "restart", DB);

        Polling.until(
                Duration.ofSeconds(20),
                () -> droplet.get(APP, "/").body().equals("1 guests: Ada\n"),
                () -> droplet.get(APP, "/").body());
    }

    @Test
    @Order(3)
    void theLoginIsNoSuperuserAndNobodyElseComesIn(TestDroplet droplet) {
        String container = droplet.inside("docker ps -q --filter label=pocketpaas.service=" + DB)
                .out()
                .strip();
        String logins = droplet.inside("docker exec " + container
                        + " psql -U postgres -AtXc \"SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles"
                        + " WHERE rolcanlogin AND rolname <> 'postgres'\"")
                .out();
        assertThat(logins).matches(APP + "_[0-9a-f]{8}\\|f\\|f\\|f\\n");
        assertThat(app.must("run", "--", "node", "-e", CONNECT, "postgres").all())
                .contains("permission denied for database");
        assertThat(droplet.inside("docker port " + container).out()).isEmpty();
    }

    @Test
    @Order(4)
    void aRotatedPasswordIsAnotherOneAndNoRollbackBringsItBack(TestDroplet droplet) {
        String before = app.must("env", "get", "DATABASE_URL").out();

        app.must("services", "credentials", "rotate", DB);

        String after = app.must("env", "get", "DATABASE_URL").out();
        assertThat(after).startsWith("postgres://" + APP + "_").isNotEqualTo(before);
        app.must("rollback", "v1");
        assertThat(app.must("env", "get", "DATABASE_URL").out()).isEqualTo(after);
        assertThat(droplet.get(APP, "/").body()).isEqualTo("1 guests: Ada\n");
        String password = after.replaceFirst(".*:([0-9a-f]{48})@.*", "$1").strip();
        assertThat(droplet.inside("grep -rlF " + password + " /var/lib/pocketpaas /var/log")
                        .out())
                .isEqualTo("/var/lib/pocketpaas/services/" + DB + "/apps/" + APP + "/login\n");
        assertThat(droplet.inside("journalctl --no-pager | grep -cF " + password)
                        .out())
                .isEqualTo("0\n");
    }

    @Test
    @Order(5)
    void aDumpComesBackAndAPartOfOneDoesNot(TestDroplet droplet) throws Exception {
        Seen dump = app.shell("\"$0\" services dump " + DB + " >whole.dump");
        assertThat(dump.exit()).as(dump.toString()).isZero();
        assertThat(Files.readString(app.directory().resolve("whole.dump"), StandardCharsets.ISO_8859_1))
                .startsWith("PGDMP");
        post(droplet, "Eve");
        Seen part = app.shell("head -c 900 whole.dump | \"$0\" services restore " + DB + " --confirm " + DB);
        assertThat(part.exit()).as(part.toString()).isEqualTo(5);
        assertThat(droplet.get(APP, "/").body()).isEqualTo("2 guests: Ada, Eve\n");

        Seen restored = app.shell("gzip <whole.dump | \"$0\" services restore " + DB + " --confirm " + DB);

        assertThat(restored.exit()).as(restored.toString()).isZero();
        Polling.until(
                Duration.ofSeconds(20),
                () -> droplet.get(APP, "/").body().equals("1 guests: Ada\n"),
                () -> droplet.get(APP, "/").body());
        assertThat(app.must("services", "console", DB, "--", "SELECT name FROM guests")
                        .out())
                .contains("Ada");
    }

    @Test
    @Order(5)
    void ofSqlOnlyTheWholeChangesTheData(TestDroplet droplet) throws Exception {
        String restore = "\"$0\" services restore " + DB + " --confirm " + DB;
        String database = "app_" + APP;
        // With all that it can say of its database, too.
        Files.writeString(
                app.directory().resolve("whole.sql"),
                droplet.must("docker exec $(docker ps -q --filter label=pocketpaas.service=" + DB
                                + ") pg_dump -U postgres -C -c --if-exists " + database)
                        .out());
        for (String part : List.of(
                "sed '/COPY/q' whole.sql",
                "sed '/^-- Name: guests; Type: TABLE/q' whole.sql",
                "sed '/dump complete/,$d' whole.sql",
                "echo",
                "head -c 9000 /dev/zero",
                "printf 'DROP TABLE guests;\\nCREATE TABLE guests (name text'",
                "echo 'drop database " + database + ";'",
                "printf '\\\\connect " + database + "\\nDROP TABLE guests; drop database " + database + ";\\n'")) {
            Seen refused = app.shell(part + " | " + restore);
            assertThat(refused.exit()).as(refused.toString()).isIn(4, 5);
            assertThat(droplet.get(APP, "/").body()).as(part).isEqualTo("1 guests: Ada\n");
        }

        // Whole statements, but nobody has said that they are all: the laptop is gone.
        Seen killed = app.shell(
                "mkfifo slow; { echo 'DROP TABLE IF EXISTS guests; CREATE TABLE guests (name text);'; sleep 9; } >slow & "
                        + restore + " <slow & client=$!; sleep 4; kill -9 $client; wait");
        Polling.until(
                Duration.ofMinutes(1),
                () -> droplet.inside("pgrep -f '[s]ervice-stream restore'")
                        .out()
                        .isEmpty(),
                killed::toString);
        assertThat(droplet.get(APP, "/").body()).isEqualTo("1 guests: Ada\n");

        post(droplet, "Eve");
        Seen restored = app.shell(restore + " <whole.sql");
        assertThat(restored.exit()).as(restored.toString()).isZero();
        Polling.until(
                Duration.ofSeconds(20),
                () -> droplet.get(APP, "/").body().equals("1 guests: Ada\n"),
                () -> droplet.get(APP, "/").body());
        assertThat(post(droplet, "Eve")).contains("Welcome, Eve");
        app.must("services", "console", DB, "--", "DELETE FROM guests WHERE name = 'Eve'");
    }

    @Test
    @Order(6)
    void aTunnelLeadsToTheDatabaseForMoreConnectionsThanOneOfSshCarries(TestDroplet droplet) throws Exception {
        try (DatabaseTunnel tunnel = DatabaseTunnel.open(app.laptop(), app.directory(), DB)) {
            tunnel.connect(12);
            String port = String.valueOf(tunnel.port());
            Seen taken = app.pocketpaas("services", "tunnel", DB, "--port", port);
            assertThat(taken.exit()).isEqualTo(4);
            assertThat(taken.all()).contains("port " + port + " of this machine is in use");
        }
        app.must("services", "stop", DB);
        Seen stopped = app.pocketpaas("services", "tunnel", DB, "--port", "0");
        app.must("services", "start", DB);
        assertThat(stopped.exit()).isEqualTo(4);
        assertThat(stopped.all()).contains("the service " + DB + " does not run", "pocketpaas services start " + DB);
        Polling.until(
                Duration.ofSeconds(20),
                () -> droplet.get(APP, "/").body().equals("1 guests: Ada\n"),
                () -> droplet.get(APP, "/").body());
    }

    @Test
    @Order(6)
    void anUpgradeTakesItsPlaceAndGoesBack(TestDroplet droplet) {
        String image =
                TestDroplet.field(app.must("services", "info", DB, "--json").out(), "image");
        Seen another = app.pocketpaas("services", "upgrade", DB, "--to", "17", "--image", image);
        assertThat(another.exit()).as(another.toString()).isEqualTo(5);
        assertThat(another.all()).contains("holds postgres 15", "and not 17");
        String[] to = {"services", "upgrade", DB, "--to", "17"};

        Seen tried =
                app.must(Stream.concat(Stream.of(to), Stream.of("--dry-run")).toArray(String[]::new));
        assertThat(tried.all()).contains("Nothing was changed").containsPattern("counts equal: [1-9]");
        assertThat(app.must(to).out()).contains(DB + " is postgres 17 now");

        Polling.until(
                Duration.ofSeconds(20),
                () -> droplet.get(APP, "/").body().equals("1 guests: Ada\n"),
                () -> droplet.get(APP, "/").body());
        assertThat(app.must("services", "info", DB).out()).contains("postgres 17", "before       postgres");
        post(droplet, "Eve");
        Seen refused = app.pocketpaas("services", "upgrade", DB, "--undo");
        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.all()).contains("public.guests of " + APP + " (1 rows, now 2)");
        app.must("services", "upgrade", DB, "--undo", "--confirm", DB);
        Polling.until(
                Duration.ofSeconds(20),
                () -> droplet.get(APP, "/").body().equals("1 guests: Ada\n"),
                () -> droplet.get(APP, "/").body());
        assertThat(droplet.inside("ss -Hltn").out()).doesNotContain(":5432");
    }

    @Test
    @Order(7)
    void whatIsInUseIsNotDestroyed(TestDroplet droplet) {
        Seen refused = app.pocketpaas("services", "destroy", DB, "--confirm", DB);

        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.all()).contains(DB + " is in use by " + APP, "services unlink");
    }

    @Test
    @Order(7)
    void aBackupIsStoredProvenAndRestored(TestDroplet droplet) {
        Seen refused = app.pocketpaas("backups", "create");
        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.all()).contains("no place for backups", "pocketpaas backups destination");

        Seen chosen = app.must("backups", "destination", "/var/backups/pocketpaas");
        String passphrase = chosen.out().replaceFirst("(?s).*Passphrase: (\\S+)\n.*", "$1");
        assertThat(passphrase).matches("([0-9a-f]{5}-){7}[0-9a-f]{5}");
        app.must("backups", "create", DB);
        app.must("backups", "schedule", "03:00", "--keep", "7d,4w,6m");
        String listed = app.must("backups", "--json").out();
        String id = TestDroplet.field(listed, "id");
        app.must("backups", "drill", DB);

        assertThat(app.must("backups").out()).contains(id, DB, "postgres", APP, "ok");
        assertThat(TestDroplet.field(app.must("services", "--json").out(), "drill"))
                .isNotEmpty();
        assertThat(droplet.inside("docker ps -a; docker volume ls; ls /var/lib/pocketpaas/backups/drill")
                        .out())
                .doesNotContain("drill.");
        post(droplet, "Eve");
        app.must("backups", "restore", id, "--confirm", DB);
        Polling.until(
                Duration.ofSeconds(20),
                () -> droplet.get(APP, "/").body().equals("1 guests: Ada\n"),
                () -> droplet.get(APP, "/").body());
        // Without us: two commands, and the passphrase.
        assertThat(droplet.inside("cd /tmp && RESTIC_PASSWORD=" + passphrase
                                + " restic --no-cache -q -r /var/backups/pocketpaas restore " + id
                                + " --target . && head -c 5 " + DB + "/" + APP + ".dump; rm -rf /tmp/" + DB)
                        .out())
                .contains("PGDMP");
        assertThat(droplet.inside("journalctl --no-pager | grep -cF " + passphrase + "; grep -rlF " + passphrase
                                + " /var/lib/pocketpaas /var/log /etc")
                        .out())
                .isEqualTo("0\n/var/lib/pocketpaas/backups/passphrase\n");
        assertThat(droplet.inside("systemctl is-active pocketpaas-backup.timer pocketpaas-drill.timer")
                        .out())
                .isEqualTo("active\nactive\n");
    }

    @Test
    @Order(8)
    void aBackupThatFailsIsAnAlertUntilOneSucceeds(TestDroplet droplet) {
        String before = app.must("backups", "--json").out();
        droplet.inside("mv /var/backups/pocketpaas /var/backups/away");

        Seen failed = app.pocketpaas("backups", "create");

        assertThat(failed.exit()).as(failed.toString()).isEqualTo(5);
        assertThat(failed.all()).contains("the backup destination cannot be opened");
        Polling.until(
                Duration.ofSeconds(20),
                () -> app.must("services").all().contains("the last backup of " + DB + " failed"),
                () -> app.must("services").all());
        droplet.inside("mv /var/backups/away /var/backups/pocketpaas");
        assertThat(app.must("backups", "--json").out()).isEqualTo(before);

        // As the timer does it.
        assertThat(droplet.inside(
                                "systemctl start pocketpaas-backup.service; systemctl show -p Result pocketpaas-backup.service")
                        .out())
                .isEqualTo("Result=success\n");

        Polling.until(
                Duration.ofSeconds(20),
                () -> !app.must("services").all().contains("failed"),
                () -> app.must("services").all());
        app.must("backups", "schedule", "off");
        app.must("backups", "destination", "none");
        droplet.inside("rm -rf /var/backups/pocketpaas");
        assertThat(droplet.inside("ls /etc/systemd/system").out()).doesNotContain("pocketpaas-backup");
    }

    private static final String CONNECT =
            "const u = new URL(process.env.DATABASE_URL); u.pathname = '/' + process.argv[1];"
                    + " new (require('pg').Client)({ connectionString: u.href }).connect().then(() => console.log('in'), e => console.log(e.message))";

    private static String post(TestDroplet droplet, String name) {
        return droplet.inside("curl -s -X POST -H 'Host: " + APP + ".localhost' http://127.0.0.1/" + name)
                .out();
    }
}
