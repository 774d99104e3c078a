package dev.pocketpaas.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestSchemaTest {
    private final JsonNode schema = parse(new ObjectMapper(), ManifestSchema.json());

    @Test
    void theCheckedInSchemaIsTheOneOfTheProgram() throws Exception {
        Docs.assertCurrent("pocketpaas.schema.json", ManifestSchema.json());
    }

    @Test
    void itSaysWhatItIsAndDescribesEveryKey() {
        assertThat(schema.get("$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(schema.get("properties").properties())
                .hasSize(Manifest.SECTION.keys().size());
        schema.get("properties")
                .properties()
                .forEach(property -> assertThat(
                                property.getValue().get("description").asText())
                        .as(property.getKey())
                        .isNotBlank());
    }

    /** What the reader takes must not be underlined in an editor. */
    @ParameterizedTest
    @MethodSource("valid")
    void itAcceptsWhatTheReaderAccepts(String yaml) {
        ManifestReader.read("pocketpaas.yml", yaml.getBytes(StandardCharsets.UTF_8));

        assertThat(errors(yaml)).isEmpty();
    }

    static List<String> valid() {
        return List.of(
                ManifestReference.EXAMPLE,
                "app: shop\nhost: '[2001:db8::1]:22'\n",
                "env: { A: 1, B: true, C: text, D: 1.5, E: '' }",
                "release: { command: x }",
                "limits: { memory: 536870912, cpus: 0.5, pids: 100 }",
                "healthcheck: { status: 200, timeout: 30, interval: 1s, deadline: 1m30s, port: 80 }",
                "build: { dockerfile: docker/Dockerfile, args: { A: 1 } }",
                "build: { image: 'registry.example.com:5000/a/b:1@sha256:" + "0".repeat(64) + "' }",
                "build: { buildpacks: ['https://git.example.com/a/b.git#v1', heroku/nodejs] }",
                "processes: { web: { overlap: true, cpus: 2, memory: 1.5G } }");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "procesess: {}",
                "app: Shop",
                "domains: x.y",
                "processes: { web: { scale: -1 } }",
                "processes: { 'a/b': x }",
                "processes: { web: { overlap: x } }",
                "env: { a-b: 1 }",
                "build: { builder: nixpacks }",
                "healthcheck: { port: 70000 }",
                "healthcheck: { path: x }",
                "healthcheck: { timeout: soon }",
                "volumes: { data: app }",
                "limits: { memory: lots }",
                "release: [a]",
                "stop-signal: SIGKILL",
            })
    void itRefusesWhatTheReaderRefuses(String yaml) {
        assertThat(errors(yaml)).isNotEmpty();
    }

    private List<String> errors(String yaml) {
        return JsonSchemaCheck.errors(schema, parse(new ObjectMapper(new YAMLFactory()), yaml));
    }

    private static JsonNode parse(ObjectMapper mapper, String text) {
        try {
            return mapper.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The documentation directory of the repository. */
    static final class Docs {
        private Docs() {}

        static void assertCurrent(String name, String text) throws Exception {
            Path made = Path.of("target", name);
            Files.createDirectories(made.toAbsolutePath().getParent());
            Files.writeString(made, text);
            Path checkedIn = Path.of("..", "docs", name);
            assertThat(checkedIn)
                    .as("docs/%s is made from the code: cp core/target/%s docs/", name, name)
                    .content()
                    .isEqualTo(text);
        }
    }
}
