package dev.pocketpaas.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.failure.PocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeAppCheckTest {
    private static final String NO_START = "{\"name\": \"x\", \"scripts\": {\"test\": \"jest\"}}";

    @ParameterizedTest
    @ValueSource(strings = {NO_START, "{}", "{\"scripts\": {\"start\": \" \"}}", "{\"start\": \"node x\"}"})
    void anAppThatNothingStartsIsRefusedWithTheCure(String packageJson) {
        PocketException problem =
                check(Map.of("package.json", packageJson), "app: x\n").orElseThrow();

        assertThat(problem.what()).isEqualTo("nothing says how to start this Node.js app");
        assertThat(problem.cure().orElseThrow()).contains("\"start\": \"node index.js\"", "web: node index.js");
    }

    @Test
    void aStartScriptIsEnough() {
        assertThat(check(Map.of("package.json", "{\"scripts\": {\"start\": \"node x\"}}"), "app: x\n"))
                .isEmpty();
    }

    @Test
    void aStaticSiteThatAScriptBuildsIsNotStarted() {
        String built = "{\"scripts\": {\"build\": \"vite build\"}}";
        assertThat(check(Map.of("package.json", built, "static.json", "{}"), "app: x\n"))
                .isEmpty();
        assertThat(check(Map.of("package.json", built), "app: x\n")
                        .orElseThrow()
                        .cure())
                .hasValueSatisfying(cure -> assertThat(cure).contains("static.json"));
        assertThat(check(Map.of("package.json", NO_START, "static.json", "{}"), "app: x\n"))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Procfile", "server.js", "Dockerfile", "Gemfile", ".buildpacks"})
    void anotherFileSaysHow(String file) {
        assertThat(check(Map.of("package.json", NO_START, file, ""), "app: x\n"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "processes: { web: node x }",
                "processes: { worker: node x }",
                "build: { builder: static }",
                "build: { dockerfile: D }",
                "build: { image: x }",
                "build: { buildpacks: [heroku/python] }",
                "build: { buildpacks: [heroku/nodejs, heroku/python] }",
            })
    void theManifestSaysHow(String manifest) {
        assertThat(check(Map.of("package.json", NO_START), manifest)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "build: { builder: buildpacks }",
                "build: { buildpacks: [heroku/nodejs] }",
                "build: { builder: buildpacks }\nprocesses: { web: { scale: 2 }, worker: x }",
            })
    void theManifestLeavesItOpen(String manifest) {
        assertThat(check(Map.of("package.json", NO_START, "Dockerfile", ""), manifest))
                .isPresent();
    }

    @Test
    void withoutPackageJsonThereIsNothingToSay() {
        assertThat(check(Map.of("index.js", ""), "app: x\n")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{,} | package.json:1:2: this is not valid JSON",
                "{\"a\" | package.json:1:5: this is not valid JSON"
            })
    void brokenJsonIsFoundWithItsPlace(String packageJson, String detail) {
        PocketException problem =
                check(Map.of("package.json", packageJson), "app: x\n").orElseThrow();

        assertThat(problem.details()).containsExactly(detail);
    }

    private static Optional<PocketException> check(Map<String, String> files, String manifest) {
        Map<String, byte[]> bytes = new TreeMap<>();
        files.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return NodeAppCheck.problem(
                path -> Optional.ofNullable(bytes.get(path)),
                ManifestReader.read("pocketpaas.yml", manifest.getBytes(StandardCharsets.UTF_8)));
    }
}
