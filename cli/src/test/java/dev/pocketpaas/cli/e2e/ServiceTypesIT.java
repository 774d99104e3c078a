package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every kind of service has to do, one after the other: {@code mvn verify -Pservices}. */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
class ServiceTypesIT {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgres:15 | CREATE TABLE t (v text); INSERT INTO t VALUES ('one') | UPDATE t SET v = 'two' | SELECT v FROM t",
                "postgres:17 | CREATE TABLE t (v text); INSERT INTO t VALUES ('one') | UPDATE t SET v = 'two' | SELECT v FROM t",
                "redis:7 | SET v one | SET v two | GET v",
                "valkey:8 | SET v one | SET v two | GET v",
            })
    void everyKind(String type, String first, String second, String asked, TestDroplet droplet) {
        StandIns.bring(droplet, "postgres,postgres@debian-13,redis,valkey@debian-13");
        String name = type.replace(":", "-");
        TestApp app = TestApp.create(droplet, "types-" + name);
        app.must("deploy");

        app.must("services", "create", type, name);
        assertThat(app.must("services", "link", name).all()).contains("Querying as the app");
        app.must("services", "console", name, "--", first);
        Seen dump = sh(app, "\"$0\" services dump " + name + " >whole");
        assertThat(dump.exit()).as(dump.toString()).isZero();
        app.must("services", "console", name, "--", second);
        Seen part = sh(app, "head -c 60 whole | \"$0\" services restore " + name + " --confirm " + name);
        assertThat(part.exit()).as(part.toString()).isEqualTo(5);
        assertThat(app.must("services", "console", name, "--", asked).out()).contains("two");
        Seen restored = sh(app, "gzip <whole | \"$0\" services restore " + name + " --confirm " + name);
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

        app.must("services", "unlink", name);
        app.must("services", "destroy", name, "--confirm", name);
        app.destroy();
    }

    private static Seen sh(TestApp app, String script) {
        return app.laptop()
                .run(app.directory(), "sh", "-c", script, Laptop.program().toString());
    }
}
