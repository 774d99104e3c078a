package dev.pocketpaas.core.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.ImageReference;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.ManifestReader;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SettingsCompilerTest {
    private static final String BLOB = "0123456789abcdef0123456789abcdef01234567";

    private final ObjectMapper json = new ObjectMapper();

    @Test
    void nothingSaidCompilesToNothing() {
        assertThat(compile("app: shop\nhost: x\n", "{}").tree().paths()).isEmpty();
    }

    @Test
    void everythingHasItsPlaceAndItsUnit() {
        CompiledSettings compiled = compile("""
                app: other-name
                branch: main
                domains: [b.example.com, a.example.com]
                processes:
                  web: { scale: 2, memory: 512M, cpus: 0.5, stop-signal: INT, stop-timeout: 1m, overlap: true, stays-up: 0 }
                  worker: "node worker.js"
                env: { A: "1" }
                secrets: [B]
                build: { dockerfile: docker/Dockerfile, args: { V: "22 x" } }
                release: ./migrate
                healthcheck: { path: /up, status: 204, timeout: 2s, interval: 1s, deadline: 2m, port: 8080 }
                volumes: { data: /app/data, up_loads: "/srv/up loads" }
                limits: { memory: 1G, cpus: 1.25, pids: 100 }
                drain: 1m
                stop-signal: SIGQUIT
                stop-timeout: 20
                ssl: { hsts: 2 }
                """, "{}");

        Map<String, String> values = new TreeMap<>();
        compiled.tree()
                .paths()
                .forEach(path -> values.put(path, compiled.tree().text(path).orElseThrow()));
        assertThat(values)
                .isEqualTo(new TreeMap<>(Map.ofEntries(
                        Map.entry("branch", "main"),
                        Map.entry("builder", "dockerfile"),
                        Map.entry("dockerfile", "docker/Dockerfile"),
                        Map.entry("build/args/V", "22 x"),
                        Map.entry("domains", "b.example.com\na.example.com"),
                        Map.entry("processes/web/scale", "2"),
                        Map.entry("processes/web/memory", "536870912"),
                        Map.entry("processes/web/cpus", "500000000"),
                        Map.entry("processes/web/stop-signal", "SIGINT"),
                        Map.entry("processes/web/stays-up", "0"),
                        Map.entry("processes/web/stop-timeout", "60"),
                        Map.entry("processes/web/overlap", "true"),
                        Map.entry("processes/worker/command", "node worker.js"),
                        Map.entry("env/A", "1"),
                        Map.entry("env.json/A", "\"A=1\""),
                        Map.entry("secrets", "B"),
                        Map.entry("release", "./migrate"),
                        Map.entry("check/path", "/up"),
                        Map.entry("check/status", "204-204"),
                        Map.entry("check/timeout", "2"),
                        Map.entry("check/interval", "1"),
                        Map.entry("check/deadline", "120"),
                        Map.entry("check/port", "8080"),
                        Map.entry("volumes", "data\t/app/data\nup_loads\t/srv/up loads"),
                        Map.entry("limits/memory", "1073741824"),
                        Map.entry("limits/cpus", "1250000000"),
                        Map.entry("limits/pids", "100"),
                        Map.entry("drain", "60"),
                        Map.entry("stop-signal", "SIGQUIT"),
                        Map.entry("stop-timeout", "20"),
                        Map.entry("ssl/hsts", "172800"))));
        assertThat(compiled.notes()).isEmpty();
    }

    @Test
    void hostileValuesAreByteExact() throws Exception {
        String value = "line\n\"q\" \\ $(touch /canary) `x` @ENV@ & 😀\t";
        ValueTree tree = compile("env: { LD_PRELOAD: " + json.writeValueAsString(value) + " }\n", "{}")
                .tree();

        assertThat(tree.text("env/LD_PRELOAD")).contains(value);
        assertThat(json.readValue(tree.text("env.json/LD_PRELOAD").orElseThrow(), String.class))
                .isEqualTo("LD_PRELOAD=" + value);
    }

    @Test
    void theManifestWinsOverAppJson() {
        String appJson = """
                {"formation": {"web": {"quantity": 3}, "clock": {"quantity": 1}},
                 "healthchecks": {"web": [{"type": "startup", "path": "/json", "timeout": 9}],
                                  "clock": [{"type": "startup", "uptime": 7}], "cron": [{"type": "startup", "uptime": 8}]},
                 "scripts": {"dokku": {"predeploy": "from json"}},
                 "env": {"A": "json", "B": "json"}, "buildpacks": [{"url": "heroku/ruby"}]}
                """;

        ValueTree alone = compile("app: shop\n", appJson).tree();
        assertThat(alone.text("processes/web/scale")).contains("3");
        assertThat(alone.text("check/path")).contains("/json");
        assertThat(alone.text("release")).contains("from json");
        assertThat(alone.text("env/A")).contains("json");
        assertThat(alone.text("buildpacks")).contains("heroku/ruby");

        assertThat(alone.text("processes/clock/stays-up")).contains("7");

        ValueTree both = compile(
                        "processes: { web: { scale: 1 }, clock: { stays-up: 3s } }\nhealthcheck: { path: /yml }\nrelease: yml\nenv: { A: yml }\n"
                                + "build: { buildpacks: [heroku/nodejs] }\n",
                        appJson)
                .tree();
        assertThat(both.text("processes/web/scale")).contains("1");
        assertThat(both.text("processes/clock/scale")).contains("1");
        assertThat(both.text("processes/clock/stays-up")).contains("3");
        assertThat(both.text("processes/cron/stays-up")).contains("8");
        assertThat(both.text("check/path")).contains("/yml");
        assertThat(both.text("check/timeout")).contains("9");
        assertThat(both.text("release")).contains("yml");
        assertThat(both.text("env/A")).contains("yml");
        assertThat(both.text("env/B")).contains("json");
        assertThat(both.text("buildpacks")).contains("heroku/nodejs");

        assertThat(compile("build: { builder: static }\n", appJson).tree().has("buildpacks"))
                .isFalse();
    }

    @Test
    void theBlobsItWasMadeFromAreNamed() {
        ValueTree tree = SettingsCompiler.compile(
                        new SettingsSource(manifest("secrets: [B, A]\n"), Procfile.NONE, AppJson.NONE, BLOB, null))
                .tree();

        assertThat(tree.text("secrets")).contains("A\nB");
        assertThat(tree.text("blobs/pocketpaas.yml")).contains(BLOB);
        assertThat(tree.has("blobs/app.json")).isFalse();
    }

    @Test
    void thePlaceInTheRepositoryIsNamedWhereItIsNotTheTop() {
        ValueTree tree = in("services", "build: { directory: api/src }\n");
        assertThat(tree.text("source/directory")).contains("services/api/src");
        assertThat(tree.text("source/manifest")).contains("services/pocketpaas.yml");
        assertThat(in("services", "app: shop\n").text("source/directory")).contains("services");
        assertThat(in("", "build: { directory: api }\n").text("source/directory"))
                .contains("api");
        assertThat(in("", "build: { directory: api }\n").has("source/manifest")).isFalse();
        assertThat(in("", "app: shop\n").under("source").paths()).isEmpty();
        assertThat(in("", "build: { directory: api, include: [libs, lock.json] }\n")
                        .text("source/include"))
                .contains("libs\nlock.json");
        assertThatThrownBy(() -> in("../x", "app: shop\n")).isInstanceOf(IllegalArgumentException.class);
    }

    private static ValueTree in(String directory, String manifest) {
        return SettingsCompiler.compile(new SettingsSource(
                        manifest(manifest), Procfile.NONE, AppJson.NONE, null, null, directory, new TreeSet<>(), null))
                .tree();
    }

    @Test
    void anImageThatTheUserNamesTakesThePlaceOfWhatTheManifestBuilds() {
        ValueTree settings = SettingsCompiler.compile(new SettingsSource(
                        manifest("build: { builder: dockerfile, dockerfile: x, args: { A: b }, directory: api }\n"),
                        Procfile.NONE,
                        AppJson.read(
                                "app.json", "{\"buildpacks\": [{\"url\": \"x\"}]}".getBytes(StandardCharsets.UTF_8)),
                        null,
                        null,
                        "",
                        new TreeSet<>(),
                        new ImageReference("ghcr.io/team/shop:1.4")))
                .tree();

        assertThat(settings.paths()).containsExactlyInAnyOrder("source/directory", "image", "image-from");
        assertThat(settings.text("image")).contains("ghcr.io/team/shop:1.4");
        assertThatThrownBy(() -> new ImageReference("sha256:" + "1".repeat(64)))
                .hasMessageContaining("is the id of an image");
        assertThatThrownBy(() -> new ImageReference("Shop:1")).hasMessageContaining("is not an image reference");
    }

    @Test
    void whatMayGoWrongIsNoted() {
        CompiledSettings compiled = SettingsCompiler.compile(new SettingsSource(
                manifest("processes: { web: { scale: 2 }, worker: { scale: 1 }, clock: { scale: 1 } }\n"),
                Procfile.read("clock: x\nbad line\n".getBytes(StandardCharsets.UTF_8)),
                AppJson.read("app.json", "{\"addons\": []}".getBytes(StandardCharsets.UTF_8)),
                null,
                null));

        assertThat(compiled.notes())
                .containsExactly(
                        "process worker has no command in pocketpaas.yml and none in the Procfile: the build must name one",
                        "app.json: \"addons\" are Heroku's and are ignored",
                        "Procfile:2: \"bad line\" is not \"type: command\" and is ignored");
    }

    @Test
    void onlyIdsOfGitAreBlobs() {
        assertThatThrownBy(() -> new SettingsSource(Manifest.EMPTY, Procfile.NONE, AppJson.NONE, "main", null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static CompiledSettings compile(String manifest, String appJson) {
        return SettingsCompiler.compile(new SettingsSource(
                manifest(manifest),
                Procfile.NONE,
                AppJson.read("app.json", appJson.getBytes(StandardCharsets.UTF_8)),
                null,
                null));
    }

    private static Manifest manifest(String text) {
        return ManifestReader.read("pocketpaas.yml", text.getBytes(StandardCharsets.UTF_8));
    }
}
