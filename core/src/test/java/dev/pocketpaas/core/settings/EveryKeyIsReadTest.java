package dev.pocketpaas.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.ManifestReader;
import dev.pocketpaas.core.manifest.ManifestSchema;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A documented setting that nothing reads is a lie: each key of the schema must make a difference to what the host gets. */
class EveryKeyIsReadTest {
    /** The path of a key in the schema, and a manifest in which that key alone is more than the line above it. */
    private static final Map<String, String[]> WITHOUT_AND_WITH = new TreeMap<>(Map.ofEntries(
            difference("branch", "app: a", "branch: main"),
            difference("domains", "app: a", "domains: [a.example.com]"),
            difference("processes", "app: a", "processes: { w: x }"),
            difference("processes.*.command", "processes: { w: {} }", "processes: { w: { command: x } }"),
            difference("processes.*.scale", "processes: { w: {} }", "processes: { w: { scale: 2 } }"),
            difference("processes.*.memory", "processes: { w: {} }", "processes: { w: { memory: 1G } }"),
            difference("processes.*.cpus", "processes: { w: {} }", "processes: { w: { cpus: 1 } }"),
            difference("processes.*.stop-signal", "processes: { w: {} }", "processes: { w: { stop-signal: SIGINT } }"),
            difference("processes.*.stays-up", "processes: { w: {} }", "processes: { w: { stays-up: 5s } }"),
            difference("processes.*.stop-timeout", "processes: { w: {} }", "processes: { w: { stop-timeout: 5s } }"),
            difference("processes.*.overlap", "processes: { w: {} }", "processes: { w: { overlap: false } }"),
            difference("env", "app: a", "env: { A: b }"),
            difference("secrets", "app: a", "secrets: [A]"),
            difference("build", "build: {}", "build: { builder: static }"),
            difference("build.builder", "build: {}", "build: { builder: static }"),
            difference("build.buildpacks", "build: {}", "build: { buildpacks: [a/b] }"),
            difference(
                    "build.dockerfile",
                    "build: { builder: dockerfile }",
                    "build: { builder: dockerfile, dockerfile: D }"),
            difference("build.image", "build: {}", "build: { image: x }"),
            difference("build.args", "build: {}", "build: { args: { A: b } }"),
            difference("release", "app: a", "release: x"),
            difference("release.command", "app: a", "release: { command: x }"),
            difference("healthcheck", "healthcheck: {}", "healthcheck: { path: / }"),
            difference("healthcheck.path", "healthcheck: {}", "healthcheck: { path: / }"),
            difference("healthcheck.status", "healthcheck: {}", "healthcheck: { status: 200 }"),
            difference("healthcheck.timeout", "healthcheck: {}", "healthcheck: { timeout: 1s }"),
            difference("healthcheck.interval", "healthcheck: {}", "healthcheck: { interval: 1s }"),
            difference("healthcheck.deadline", "healthcheck: {}", "healthcheck: { deadline: 1s }"),
            difference("healthcheck.port", "healthcheck: {}", "healthcheck: { port: 1 }"),
            difference("http", "http: {}", "http: { max-body: 1M }"),
            difference("http.max-body", "http: {}", "http: { max-body: 1M }"),
            difference("http.timeout", "http: {}", "http: { timeout: 5m }"),
            difference("http.response-headers", "http: {}", "http: { response-headers: 64K }"),
            difference("http.gzip", "http: {}", "http: { gzip: false }"),
            difference("http.redirects", "http: {}", "http: { redirects: { www.a.example: a.example } }"),
            difference("http.allow", "http: {}", "http: { allow: [203.0.113.7] }"),
            difference("http.trusted-proxies", "http: {}", "http: { trusted-proxies: ['2001:db8::/32'] }"),
            difference("volumes", "app: a", "volumes: { a: /x }"),
            difference("limits", "limits: {}", "limits: { memory: 1G }"),
            difference("limits.memory", "limits: {}", "limits: { memory: 1G }"),
            difference("limits.cpus", "limits: {}", "limits: { cpus: 1 }"),
            difference("limits.pids", "limits: {}", "limits: { pids: 99 }"),
            difference("drain", "app: a", "drain: 1s"),
            difference("stop-signal", "app: a", "stop-signal: SIGINT"),
            difference("stop-timeout", "app: a", "stop-timeout: 1s"),
            difference("capabilities", "app: a", "capabilities: [NET_RAW]"),
            difference("ssl", "ssl: on", "ssl: off"),
            difference("ssl.automatic", "ssl: {}", "ssl: { automatic: false }"),
            difference("ssl.hsts", "ssl: {}", "ssl: { hsts: 1 }")));

    /** These say where to deploy, not what; the command line reads them from the manifest itself. */
    private static final Set<String> WHERE = Set.of("app", "host");

    /** What the laptop does itself; the host hears only what came of it. */
    private static final Set<String> LOCAL = Set.of("secrets.*.command");

    @Test
    void everyKeyOfTheSchemaChangesTheSettings() throws Exception {
        Set<String> keys = new TreeSet<>();
        collect(new ObjectMapper().readTree(ManifestSchema.json()), "", keys);
        Set<String> expected = new TreeSet<>(WITHOUT_AND_WITH.keySet());
        expected.addAll(WHERE);
        expected.addAll(LOCAL);

        assertThat(keys).isEqualTo(expected);
        WITHOUT_AND_WITH.forEach(
                (key, pair) -> assertThat(compile(pair[1])).as(key).isNotEqualTo(compile(pair[0])));
    }

    @Test
    void whereToDeployIsRead() {
        Manifest manifest = read("app: shop\nhost: box\n");

        assertThat(manifest.appName()).isPresent();
        assertThat(manifest.hostAddress()).isPresent();
    }

    @Test
    void theCommandOfASecretIsRead() {
        assertThat(read("secrets: { A: { command: pass show a } }").secrets().values())
                .singleElement()
                .satisfies(secret -> assertThat(secret.commandIfAny()).contains("pass show a"));
    }

    private static void collect(JsonNode schema, String path, Set<String> keys) {
        if (schema.has("properties")) {
            schema.get("properties").properties().forEach(property -> {
                String name = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
                keys.add(name);
                collect(property.getValue(), name, keys);
            });
        }
        if (schema.path("additionalProperties").isObject()) {
            collect(schema.get("additionalProperties"), path + ".*", keys);
        }
        schema.path("anyOf").forEach(each -> collect(each, path, keys));
    }

    private static Map.Entry<String, String[]> difference(String key, String without, String with) {
        return Map.entry(key, new String[] {without, with});
    }

    private static ValueTree compile(String text) {
        return SettingsCompiler.compile(new SettingsSource(read(text), Procfile.NONE, AppJson.NONE, null, null))
                .tree();
    }

    private static Manifest read(String text) {
        return ManifestReader.read("pocketpaas.yml", text.getBytes(StandardCharsets.UTF_8));
    }
}
