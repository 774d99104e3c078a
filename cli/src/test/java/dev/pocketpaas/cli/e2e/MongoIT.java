package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * MongoDB beside an app: {@code examples/node-mongo-sample} with MongoDB's own driver and with Mongoose, through all that happens to an app and to
 * its database. The server is a stand-in that needs Go to be built; what that does not prove is in {@code docs/services.md}. {@code mvn verify
 * -Pservices}.
 */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MongoIT {
    private static final String APP = "mongo-guests";
    private static final String OTHER = "mongo-geese";
    private static final String DB = "guest-docs";

    private static TestApp app;
    private static TestApp other;

    @BeforeAll
    static void theSample(TestDroplet droplet) {
        StandIns.bring(droplet, "mongodb:8,mongodb:7");
        app = sample(droplet, APP);
        other = sample(droplet, OTHER, "processes: { web: node mongoose.js }");
    }

    private static TestApp sample(TestDroplet droplet, String name, String... more) {
        List<String> lines = new ArrayList<>(List.of(more));
        lines.add("services: { " + DB + ": mongodb:7 }");
        return TestApp.ofSample(droplet, name, "node-mongo-sample", lines.toArray(String[]::new));
    }

    @AfterAll
    static void gone(TestDroplet droplet) {
        app.must("destroy", "--confirm", APP, "--volumes");
        app.must("destroy", "--app", OTHER, "--confirm", OTHER, "--volumes");
        app.must("services", "destroy", DB, "--confirm", DB);
        assertThat(droplet.inside("docker ps -a; docker volume ls; docker network ls")
                        .out())
                .doesNotContain(DB);
        // The official image names two volumes: no nameless one stays.
        assertThat(droplet.inside("docker volume ls -q --filter dangling=true").out())
                .doesNotContainPattern("^[0-9a-f]{64}$");
    }

    @Test
    @Order(1)
    void oneLineOfTheManifestIsADatabaseForTheDriverAndForMongoose(TestDroplet droplet) {
        assertThat(app.must("deploy").all()).contains("Querying as the app");
        other.must("deploy");

        assertThat(post(droplet, APP, "Ada")).contains("Welcome, Ada");
        assertThat(post(droplet, OTHER, "Gus")).contains("Welcome, Gus");
        assertThat(droplet.get(APP, "/").body()).isEqualTo("1 guests: Ada\n");
        assertThat(droplet.get(OTHER, "/").body()).isEqualTo("1 guests: Gus\n");
        assertThat(app.must("env").out()).contains("MONGODB_URI", "MONGO_URL", "service " + DB);
        String uri = app.must("env", "get", "MONGODB_URI").out().strip();
        assertThat(uri).matches("mongodb://mongo_guests_[0-9a-f]{8}:[0-9a-f]{48}@guest-docs:27017/app_mongo_guests");
        assertThat(app.must("env", "get", "MONGO_URL").out().strip()).isEqualTo(uri);
        assertThat(app.must("services").out()).contains(DB, "mongodb", "running", APP, OTHER);
        Seen info = app.must("services", "info", DB, "--json");
        assertThat(info.out()).contains("\"app_mongo_guests\"");
        assertThat(TestDroplet.field(info.out(), "connections")).matches("[1-9][0-9]*");
        assertThat(droplet.inside("docker inspect --format '{{.Config.Cmd}} {{.HostConfig.Memory}}' "
                                + container(droplet))
                        .out())
                .isEqualTo("[mongod --wiredTigerCacheSizeGB 0.25] 805306368\n");
    }

    @Test
    @Order(2)
    void theDocumentsSurviveWhatHappensToTheApp(TestDroplet droplet) throws Exception {
        Files.writeString(app.directory().resolve("README.md"), "another\n");
        app.commit("another");
        app.must("deploy");
        app.must("rollback");
        app.must("services", "restart", DB);
        awaitGuests(droplet, APP, "1 guests: Ada\n");
        awaitGuests(droplet, OTHER, "1 guests: Gus\n");

        app.must("services", "stop", DB);
        assertThat(app.must("services").out()).contains("stopped");
        app.must("services", "start", DB);
        droplet.inside("systemctl restart docker");
        droplet.awaitEngine();
        awaitGuests(droplet, APP, "1 guests: Ada\n");
    }

    @Test
    @Order(3)
    void nobodyElseComesIn(TestDroplet droplet) {
        String uri = app.must("env", "get", "MONGODB_URI").out().strip();
        assertThat(tryToConnect(droplet, uri)).contains("in: 1");
        assertThat(tryToConnect(droplet, uri.replaceFirst(":[0-9a-f]{48}@", ":" + "0".repeat(48) + "@")))
                .contains("Authentication failed");
        assertThat(tryToConnect(droplet, uri.replaceFirst("//[^@]*@", "//")))
                .contains("requires authentication")
                .doesNotContain("in:");
        assertThat(tryToConnect(
                        droplet, uri.replaceFirst("//[^@]*@", "//root:@").replaceFirst("/app_.*", "/admin")))
                .doesNotContain("in:");
        // The same address from an app that is not linked.
        TestApp stranger = TestApp.create(droplet, "mongo-stranger");
        stranger.must("deploy");
        Seen name = stranger.pocketpaas(
                "run", "--", "perl", "-MSocket", "-e", "print inet_aton('" + DB + "') ? 'found' : 'unknown'");
        assertThat(name.out()).contains("unknown");
        stranger.destroy();
        assertThat(droplet.inside("docker port " + container(droplet)).out()).isEmpty();
        assertThat(droplet.inside("ss -Hltn").out()).doesNotContain(":27017");
    }

    @Test
    @Order(4)
    void aDumpComesBackAndAPartOfOneDoesNot(TestDroplet droplet) {
        for (String word : List.of("Bob", "Cid")) {
            post(droplet, APP, word);
        }
        app.must("services", "console", DB, "--", INDEXED);
        assertDone(app.shell("\"$0\" services dump " + DB + " >whole.archive"));
        post(droplet, APP, "Eve");

        // As a power cut leaves it while the collections change places: the next restore puts it right first.
        app.must("services", "console", DB, "--", CUT_OFF);
        Seen part = app.shell("head -c 900 whole.archive | \"$0\" services restore " + DB + " --confirm " + DB);
        assertThat(part.exit()).as(part.toString()).isEqualTo(5);
        Seen flipped = app.shell(
                "LC_ALL=C sed 's/Bob/Bib/' whole.archive | \"$0\" services restore " + DB + " --confirm " + DB);
        assertThat(flipped.exit()).as(flipped.toString()).isEqualTo(5);
        Seen nothing = app.shell("echo 'db.guests.drop()' | \"$0\" services restore " + DB + " --confirm " + DB);
        assertThat(nothing.exit()).as(nothing.toString()).isEqualTo(5);
        assertThat(nothing.all()).contains("not an archive of mongodump");
        assertThat(droplet.get(APP, "/").body()).isEqualTo("4 guests: Ada, Bob, Cid, Eve\n");
        assertThat(app.must("services", "console", DB, "--", "db.getCollectionNames()")
                        .out())
                .doesNotContain("pocketpaas");

        // Gzipped, as "mongodump --gzip --archive" and "dokku mongo:export" make it.
        assertDone(app.shell("gzip <whole.archive | \"$0\" services restore " + DB + " --confirm " + DB));
        awaitGuests(droplet, APP, "3 guests: Ada, Bob, Cid\n");
        assertThat(droplet.get(OTHER, "/").body()).isEqualTo("1 guests: Gus\n");
        assertThat(app.must("services", "console", DB, "--", "db.guests.getIndexes().map(i => i.name)")
                        .out())
                .contains("by_name");
        assertDone(app.shell("\"$0\" services dump " + DB + " >again.archive && cmp whole.archive again.archive"));

        app.must("services", "copy", DB, DB, "--to-app", OTHER, "--confirm", DB);
        awaitGuests(droplet, OTHER, "3 guests: Ada, Bob, Cid\n");
    }

    private static final String CUT_OFF =
            "db.adminCommand({renameCollection: db.getName() + '.guests', to: db.getName() + '.pocketpaas-old.guests'});"
                    + " db.getCollection('pocketpaas-new.guests').insertOne({name: 'nobody'})";

    private static final String INDEXED =
            "db.guests.createIndex({name: 1}, {name: 'by_name'}); db.getCollection('fs.files').insertOne({length: 3});"
                    + " db.createCollection('empty'); db.guests.countDocuments()";

    @Test
    @Order(5)
    void aRotationUnderTwentyWritersFailsNone(TestDroplet droplet) {
        String before = app.must("env", "get", "MONGODB_URI").out().strip();
        String writers =
                "for w in $(seq 20); do (for i in $(seq 40); do curl -s -o /dev/null -w '%{http_code}\\n' -X POST"
                        + " -H 'Host: " + APP
                        + ".localhost' http://127.0.0.1/w$w-$i; done) & done >/tmp/codes; wait; touch /tmp/written";
        inBackground(droplet, writers);

        app.must("services", "credentials", "rotate", DB);

        Polling.until(
                Duration.ofSeconds(120),
                () -> droplet.inside("ls /tmp/written").exit() == 0,
                () -> droplet.inside("wc -l /tmp/codes").out());
        assertThat(droplet.inside("sort /tmp/codes | uniq -c").out().strip()).isEqualTo("800 200");
        assertThat(app.must("services", "console", DB, "--", "db.guests.countDocuments({name: /^w/})")
                        .out())
                .contains("800");
        String after = app.must("env", "get", "MONGODB_URI").out().strip();
        assertThat(after).isNotEqualTo(before);
        assertThat(tryToConnect(droplet, before)).contains("Authentication failed");
        app.must("rollback", "v1");
        assertThat(app.must("env", "get", "MONGODB_URI").out().strip()).isEqualTo(after);
        assertThat(droplet.get(APP, "/").body()).startsWith("803 guests");
        String password = after.replaceFirst(".*:([0-9a-f]{48})@.*", "$1");
        assertThat(droplet.inside("grep -rlF " + password + " /var/lib/pocketpaas /var/log")
                        .out())
                .isEqualTo("/var/lib/pocketpaas/services/" + DB + "/apps/" + APP + "/login\n");
        assertThat(droplet.inside("journalctl --no-pager | grep -cF " + password)
                        .out())
                .isEqualTo("0\n");
    }

    /** Whatever a script of ours starts in the container is seen by whoever lists processes. */
    @Test
    @Order(6)
    void noPasswordIsEverInTheListOfProcesses(TestDroplet droplet) {
        inBackground(
                droplet,
                "while [ ! -e /tmp/enough ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; done >/tmp/processes");
        app.must("services", "credentials", "rotate", DB, "--only", APP);
        assertDone(app.shell("\"$0\" services dump " + DB + " >seen.archive"));
        assertDone(app.shell("\"$0\" services restore " + DB + " --confirm " + DB + " <seen.archive"));
        droplet.inside("touch /tmp/enough");
        String seen = droplet.must("cat /tmp/processes; rm /tmp/enough /tmp/processes")
                .out();
        assertThat(seen).contains("mongorestore", "mongosh", "mongodump");
        for (String file : List.of("password", "apps/" + APP + "/login")) {
            String secret = droplet.inside("cat /var/lib/pocketpaas/services/" + DB + "/" + file)
                    .out()
                    .strip()
                    .replaceFirst(".*\t", "");
            assertThat(secret).matches("[0-9a-f]{48}");
            assertThat(seen).doesNotContain(secret);
        }
    }

    @Test
    @Order(7)
    void aBackupIsStoredProvenAndRestored(TestDroplet droplet) {
        app.must("backups", "destination", "/var/backups/" + DB);
        app.must("backups", "create", DB);
        String id = TestDroplet.field(app.must("backups", "--json").out(), "id");
        post(droplet, APP, "Eve");

        assertThat(app.must("backups", "drill", DB).all()).contains("counts are as noted");
        app.must("backups", "restore", id, "--confirm", DB);

        Polling.until(
                Duration.ofSeconds(20),
                () -> droplet.get(APP, "/").body().startsWith("803 guests"),
                () -> droplet.get(APP, "/").body());
        app.must("backups", "destination", "none");
        droplet.inside("rm -rf /var/backups/" + DB);
    }

    @Test
    @Order(8)
    void aLaterVersionTakesItsPlaceAndGoesBack(TestDroplet droplet) {
        String counted = count(droplet);
        assertThat(app.must("services", "upgrade", DB, "--to", "8", "--dry-run").all())
                .contains("Nothing was changed");
        Seen done = app.must("services", "upgrade", DB, "--to", "8");
        assertThat(done.all())
                .contains(DB + " is mongodb 8 now", "in maintenance for about")
                // There is nothing in the server but the apps' own.
                .doesNotContain("and nothing else: not the");
        assertThat(app.must("services", "info", DB).out()).contains("mongodb 8", "before       mongodb 7");
        assertThat(count(droplet)).isEqualTo(counted);
        Polling.until(
                Duration.ofSeconds(20),
                () -> droplet.get(APP, "/").body().startsWith("803 guests"),
                () -> droplet.get(APP, "/").body());

        post(droplet, APP, "Eve");
        Seen refused = app.pocketpaas("services", "upgrade", DB, "--undo");
        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.all()).contains("guests of " + APP + " (803 rows, now 804)");
        app.must("services", "upgrade", DB, "--undo", "--confirm", DB);
        assertThat(count(droplet)).isEqualTo(counted);
    }

    /** The connection is encrypted by SSH; the driver is the real one, on the laptop's side of it. */
    @Test
    @Order(9)
    void aTunnelLeadsToTheDatabase(TestDroplet droplet) throws Exception {
        try (DatabaseTunnel tunnel = DatabaseTunnel.open(app.laptop(), app.directory(), DB)) {
            assertThat(tunnel.hello()).contains("maxWireVersion");
        }
        app.must("services", "logs", DB);
    }

    @Test
    @Order(10)
    void aProcessorWithoutAvxIsRefusedBeforeAnythingIsMade(TestDroplet droplet) {
        droplet.must(
                "sed 's/\\bavx\\b//g; s/\\batomics\\b//g' /proc/cpuinfo >/tmp/cpuinfo && mount --bind /tmp/cpuinfo /proc/cpuinfo");
        try {
            Seen refused = app.pocketpaas("services", "create", "mongodb:8", "weak");
            assertThat(refused.exit()).isEqualTo(4);
            assertThat(refused.all()).contains("mongodb does not run on this machine: its processor lacks AVX");
        } finally {
            droplet.must("umount /proc/cpuinfo");
        }
        assertThat(droplet.inside("ls /var/lib/pocketpaas/services; docker ps -a; docker volume ls")
                        .out())
                .doesNotContain("weak");
    }

    private static void inBackground(TestDroplet droplet, String script) {
        droplet.must("nohup bash -c '" + script.replace("'", "'\\''") + "' >/dev/null 2>&1 </dev/null &");
    }

    private static String count(TestDroplet droplet) {
        return app.must(
                        "services",
                        "console",
                        DB,
                        "--",
                        "JSON.stringify(db.getCollectionNames().sort().map(n => [n, db.getCollection(n).countDocuments()]))")
                .out();
    }

    /** What the real driver says in the app's own image and network. */
    private static String tryToConnect(TestDroplet droplet, String uri) {
        return app.pocketpaas("run", "--", "node", "-e", CONNECT, uri).all();
    }

    private static final String CONNECT =
            "const c = new (require('mongodb').MongoClient)(process.argv[1], { serverSelectionTimeoutMS: 5000 });"
                    + " c.db().collection('guests').find().limit(1).toArray()"
                    + ".then((found) => console.log('in: ' + found.length), (e) => console.log(e.message)).finally(() => c.close())";

    private static void awaitGuests(TestDroplet droplet, String app, String expected) {
        Polling.until(
                Duration.ofSeconds(30),
                () -> droplet.get(app, "/").body().equals(expected),
                () -> droplet.get(app, "/").body());
    }

    private static String container(TestDroplet droplet) {
        return droplet.inside("docker ps -q --filter label=pocketpaas.service=" + DB)
                .out()
                .strip();
    }

    private static String post(TestDroplet droplet, String app, String name) {
        return droplet.inside("curl -s -X POST -H 'Host: " + app + ".localhost' http://127.0.0.1/" + name)
                .out();
    }

    private static void assertDone(Seen seen) {
        assertThat(seen.exit()).as(seen.toString()).isZero();
    }
}
