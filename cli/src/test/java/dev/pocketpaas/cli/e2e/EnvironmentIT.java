package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Values reach the container byte for byte, and nothing of them is ever executed or shown. */
@ExtendWith(TestDroplet.Shared.class)
class EnvironmentIT {
    private static final String CANARY = "/tmp/canary";

    @Test
    void valuesArriveByteForByteAndNothingIsExecuted(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "bytes");
        app.must("deploy");
        Map<String, String> values = new LinkedHashMap<>();
        values.put("SPACES", "  two  spaces ");
        values.put("QUOTES", "'single' \"double\" `touch " + CANARY + "1`");
        values.put("DOLLAR", "$HOME $(touch " + CANARY + "2) ${PATH}");
        values.put("NEWLINES", "-----BEGIN KEY-----\nabc\n-----END KEY-----\n");
        values.put("RETURNS", "a\r\nb\r\n");
        values.put("EQUALS", "a=b#c;d&e|f\\g");
        values.put("UNICODE", "grüße 🚀 \u202e");
        values.put("EMPTY", "");
        values.put("HUGE", "x".repeat(65536));
        values.put("PATH_LIKE", "/tmp:/bin");
        values.put("LD_PRELOAD", "");
        values.put("DOCKER_HOST", "tcp://127.0.0.1:1");
        values.put("BASH_ENV", "/tmp/none$(touch " + CANARY + "3)");
        values.put("CONTROL", "\u0001\u001b[31mred\u007f");
        String[] arguments = new String[values.size() + 2];
        arguments[0] = "env";
        arguments[1] = "set";
        int i = 2;
        for (Map.Entry<String, String> entry : values.entrySet()) {
            arguments[i++] = entry.getKey() + "=" + entry.getValue();
        }

        Seen set = app.must(arguments);

        assertThat(set.all()).contains("v2").doesNotContain("single").doesNotContain("BEGIN KEY");
        values.forEach((name, value) -> assertThat(app.get("/env/" + name).body())
                .as(name)
                .isEqualTo(HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8))));
        values.forEach((name, value) ->
                assertThat(app.must("env", "get", name).out()).as(name).isEqualTo(value));
        app.ship("two");
        values.forEach((name, value) -> assertThat(app.get("/env/" + name).body())
                .as(name + " after the next deploy")
                .isEqualTo(HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8))));
        assertThat(droplet.inside("ls " + CANARY + "* 2>/dev/null; true").out()).isEmpty();
        assertThat(app.must("env").out()).contains("NEWLINES").doesNotContain("BEGIN KEY");
        app.destroy();
    }

    @Test
    void namesThatCannotBeAreRefusedBeforeAnythingIsTouched(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "names");
        app.must("deploy");
        for (String bad :
                new String[] {"1A=x", "A-B=x", "=x", "A B=x", "PORT=1", "POCKETPAAS_APP=x", "$(id)=x", "novalue"}) {
            Seen seen = app.pocketpaas("env", "set", "GOOD=1", bad);
            assertThat(seen.exit()).as(seen.toString()).isEqualTo(2);
        }
        assertThat(app.get("/env/GOOD").body()).isEqualTo("unset");
        assertThat(app.must("releases", "--json").out()).doesNotContain("\"v2\"");
        app.destroy();
    }

    @Test
    void theSameValueAgainIsNoReleaseAndABadOneStoresNothing(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "same", "healthcheck: { deadline: 2s }");
        app.must("deploy");
        app.must("env", "set", "COLOUR=red");

        Seen again = app.must("env", "set", "COLOUR=red");
        assertThat(again.all()).contains("othing to do");
        assertThat(app.get("/whoami").body()).isEqualTo("web.1 v2");

        Seen broken = app.pocketpaas("env", "set", "TEST_PORT=9", "COLOUR=blue");
        assertThat(broken.exit()).as(broken.toString()).isEqualTo(5);
        assertThat(app.must("env", "get", "COLOUR").out()).isEqualTo("red");
        assertThat(HexFormat.of().parseHex(app.get("/env/COLOUR").body()))
                .isEqualTo("red".getBytes(StandardCharsets.UTF_8));
        assertThat(app.must("env").out()).doesNotContain("TEST_PORT");

        app.must("env", "unset", "COLOUR");
        assertThat(app.get("/env/COLOUR").body()).isEqualTo("unset");
        Seen back = app.must("rollback");
        assertThat(back.all()).contains("COLOUR");
        assertThat(app.get("/env/COLOUR").body()).isNotEqualTo("unset");
        app.destroy();
    }

    @Test
    void theOperatorsValueWinsOverTheManifests(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "layers", "env: { A: manifest, B: manifest }");
        app.must("deploy");
        app.must("env", "set", "A=operator");

        assertThat(app.must("env", "get", "A").out()).isEqualTo("operator");
        assertThat(app.must("env", "get", "B").out()).isEqualTo("manifest");
        assertThat(app.must("env", "--json").out()).contains("\"env set\"").contains("\"manifest\"");
        app.must("env", "unset", "A");
        assertThat(app.must("env", "get", "A").out()).isEqualTo("manifest");
        Seen named = app.pocketpaas("env", "unset", "B");
        assertThat(named.exit()).as(named.toString()).isEqualTo(4);
        assertThat(named.err()).contains("pocketpaas.yml");
        app.destroy();
    }

    @Test
    void aSecretThatIsMissingStopsBeforeAnythingIsTouched(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "secrets", "secrets: [ DATABASE_PASSWORD ]");

        Seen missing = app.pocketpaas("deploy");
        assertThat(missing.exit()).as(missing.toString()).isEqualTo(4);
        assertThat(missing.err()).contains("DATABASE_PASSWORD").contains("env set");

        Seen given = app.laptop().with("DATABASE_PASSWORD", "canary-5b1f").pocketpaas(app.directory(), "deploy");
        assertThat(given.exit()).as(given.toString()).isZero();
        assertThat(given.all()).doesNotContain("canary-5b1f");
        assertThat(app.get("/env/DATABASE_PASSWORD").body())
                .isEqualTo(HexFormat.of().formatHex("canary-5b1f".getBytes(StandardCharsets.UTF_8)));
        app.ship("two");
        assertThat(app.get("/env/DATABASE_PASSWORD").body()).isNotEqualTo("unset");
        assertThat(droplet.inside(
                                "journalctl --no-pager | grep -c canary-5b1f; grep -rl canary-5b1f /var/log 2>/dev/null; true")
                        .out()
                        .strip())
                .isEqualTo("0");
        app.destroy();
    }
}
