package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The guest book of {@code examples/node-postgres-sample} through everything that happens to an app, its database and its host, while somebody
 * watches the host's processes for passwords: {@code mvn verify -Pservices}.
 */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
class ServiceLifeIT {
    private static final String APP = "lifelong";
    private static final String DB = "life-db";
    /** What every password of a service looks like; the ids that other programs have on their command lines are longer. */
    private static final String PASSWORD = "(^|[^0-9a-f])[0-9a-f]{48}([^0-9a-f]|$)";

    /** Writes down every command line that it sees, once. */
    private static final String SAMPLER = """
            import glob, time
            seen = set()
            with open("/run/command-lines", "wb", 0) as out:
                while True:
                    time.sleep(0.005)
                    for name in glob.iglob("/proc/[0-9]*/cmdline"):
                        try:
                            with open(name, "rb") as file:
                                line = file.read().replace(b"\\0", b" ").replace(b"\\n", b" ")
                        except OSError:
                            continue
                        if line not in seen:
                            seen.add(line)
                            out.write(line + b"\\n")
            """;

    private static final String WRITER = """
            i=0
            while sleep 0.05; do
                i=$((i + 1))
                curl -s -m 5 -w '\\n' -X POST -H 'Host: lifelong.localhost' "http://127.0.0.1/g$i" >>/run/answers
            done
            """;

    @Test
    void theRowsOutliveEverythingAndNoCommandLineHasAPassword(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres,postgres@debian-13");
        TestApp app = TestApp.ofSample(
                droplet,
                APP,
                "node-postgres-sample",
                "services: { " + DB + ": postgres:15 }",
                "release: node migrate.js");
        watch(droplet);

        app.must("deploy");
        assertThat(droplet.inside("curl -s -X POST -H 'Host: " + APP + ".localhost' http://127.0.0.1/Ada")
                        .out())
                .contains("Welcome, Ada");
        assertNoPortFromOutside(droplet);
        app.write("README.md", "another\n");
        app.commit("another");
        app.must("deploy");
        awaitAda(droplet);
        app.must("rollback");
        awaitAda(droplet);
        app.must("services", "restart", DB);
        awaitAda(droplet);
        app.must("services", "credentials", "rotate", DB);
        awaitAda(droplet);
        Seen moved = app.shell("\"$0\" services dump " + DB + " >whole && \"$0\" services restore " + DB + " --confirm "
                + DB + " <whole");
        assertThat(moved.exit()).as(moved.toString()).isZero();
        awaitAda(droplet);
        app.must("backups", "destination", "/var/backups/life");
        app.must("backups", "create");
        app.must("backups", "drill");
        app.must("backups", "destination", "none");
        droplet.inside("rm -rf /var/backups/life");
        app.must("services", "upgrade", DB, "--to", "17");
        awaitAda(droplet);
        assertNoPortFromOutside(droplet);
        app.must("services", "upgrade", DB, "--undo");
        awaitAda(droplet);
        String guests = upgradedUnderWriters(droplet, app);
        assertNoPassword(droplet);

        droplet.inside("systemctl restart docker");
        droplet.awaitEngine();
        await(droplet, guests);
        droplet.reboot();
        droplet.awaitBoot();
        await(droplet, guests);
        assertThat(app.must("services", "info", DB).out()).contains("postgres 17", "before       postgres 15");
        assertThat(droplet.inside("docker ps -q --filter label=pocketpaas.service=" + DB)
                        .out()
                        .lines())
                .hasSize(1);

        app.must("destroy", "--confirm", APP, "--volumes");
        app.must("services", "destroy", DB, "--confirm", DB);
        assertThat(droplet.inside("docker ps -a; docker volume ls; docker network ls")
                        .out())
                .doesNotContain(DB);
    }

    private static void watch(TestDroplet droplet) {
        droplet.inside("cat >/run/sampler.py", SAMPLER.getBytes(StandardCharsets.UTF_8));
        Seen seen = droplet.inside("systemd-run --quiet --unit sampler python3 /run/sampler.py");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        // It would find one.
        droplet.inside("sh -c 'sleep 2; : " + "0123456789abcdef".repeat(3) + "'");
        assertThat(droplet.inside("grep -cE '" + PASSWORD + "' /run/command-lines")
                        .out())
                .isNotEqualTo("0\n");
        droplet.inside("systemctl restart sampler");
    }

    private static void assertNoPassword(TestDroplet droplet) {
        Seen found = droplet.inside("systemctl stop sampler; wc -l </run/command-lines; grep -E '" + PASSWORD
                + "' /run/command-lines | cut -c 1-300; rm /run/command-lines /run/sampler.py");
        assertThat(found.out().lines().findFirst().map(String::strip).map(Integer::parseInt))
                .hasValueSatisfying(lines -> assertThat(lines).isGreaterThan(100));
        assertThat(found.out().lines().skip(1)).isEmpty();
    }

    /** Nothing listens on the host for the database, and nobody outside of the app's network reaches it. */
    private static void assertNoPortFromOutside(TestDroplet droplet) {
        assertThat(droplet.inside("ss -Hltn; for one in $(docker ps -q); do docker port $one; done")
                        .out())
                .doesNotContain("5432");
    }

    /** Guests sign all the time; whoever was welcomed is in the book afterwards. What the book then begins with. */
    private static String upgradedUnderWriters(TestDroplet droplet, TestApp app) {
        droplet.inside("cat >/run/writer.sh", WRITER.getBytes(StandardCharsets.UTF_8));
        droplet.inside("systemd-run --quiet --unit writer sh /run/writer.sh");
        app.must("services", "upgrade", DB, "--to", "17");
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.inside("tail -n 1 /run/answers").out().startsWith("Welcome"),
                () -> droplet.inside("tail -n 3 /run/answers").out());
        droplet.inside("systemctl stop writer");

        String body = droplet.get(APP, "/").body();
        List<String> welcomed = droplet.inside("sed -n 's/^Welcome, //p' /run/answers; rm /run/answers /run/writer.sh")
                .out()
                .lines()
                .toList();
        assertThat(welcomed).hasSizeGreaterThan(20);
        assertThat(List.of(body.replaceFirst(".*: ", "").strip().split(", "))).containsAll(welcomed);
        return body;
    }

    private static void awaitAda(TestDroplet droplet) {
        await(droplet, "1 guests: Ada\n");
    }

    private static void await(TestDroplet droplet, String body) {
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.get(APP, "/").body().equals(body),
                () -> droplet.get(APP, "/").body());
    }
}
