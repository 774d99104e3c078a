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
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A documented setting that nothing reads is a lie: each key of the schema must make a difference to what the host gets. */
class EveryKeyIsReadTest {
    /** These say where to deploy, not what; the command line reads them from the manifest itself. */
    private static final Set<String> WHERE = Set.of("app", "host");

    /** What the laptop does itself; the host hears only what came of it. */
    private static final Set<String> LOCAL = Set.of("secrets.*.command", "stages");

    @Test
    void everyKeyOfTheSchemaChangesTheSettings() throws Exception {
        Set<String> keys = new TreeSet<>();
        collect(new ObjectMapper().readTree(ManifestSchema.json()), "", keys);
        Set<String> expected = new TreeSet<>(KeyExamples.ALL.keySet());
        expected.addAll(WHERE);
        expected.addAll(LOCAL);

        assertThat(keys).isEqualTo(expected);
        KeyExamples.ALL.forEach(
                (key, example) -> assertThat(compile(example.with())).as(key).isNotEqualTo(compile(example.without())));
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

    private static ValueTree compile(String text) {
        return SettingsCompiler.compile(new SettingsSource(read(text), Procfile.NONE, AppJson.NONE, null, null))
                .tree();
    }

    private static Manifest read(String text) {
        return ManifestReader.read("pocketpaas.yml", text.getBytes(StandardCharsets.UTF_8));
    }
}
