package dev.pocketpaas.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostCodeTest {
    @Test
    void addressesOfBuildpacksAreTold() {
        assertThat(of(Map.of(".buildpacks", "heroku/nodejs\nhttps://example.com/evil.git#main\n"), ValueTree.empty()))
                .containsExactly("builds on the host with the buildpack https://example.com/evil.git#main");
        assertThat(of(
                        Map.of("Dockerfile", "FROM scratch"),
                        ValueTree.builder()
                                .put("env/BUILDPACK_URL", "https://example.com/url")
                                .build()))
                .containsExactly("builds on the host with the buildpack https://example.com/url");
        assertThat(of(
                        Map.of(),
                        ValueTree.builder()
                                .putLines("buildpacks", List.of("heroku/ruby", "https://example.com/a"))
                                .build()))
                .containsExactly("builds on the host with the buildpack https://example.com/a");
        assertThat(of(Map.of("package.json", "{}"), ValueTree.empty())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# syntax=example.com/evil:1\nFROM scratch\n",
                "\ufeff#syntax = example.com/evil:1  \r\nFROM scratch\n",
                "#!/usr/bin/env docker\n# escape=\\\n#  SYNTAX=example.com/evil:1\nFROM scratch\n",
                "// syntax=example.com/evil:1\n{}",
                "{ \"a\": 1, \"syntax\": \"example.com/evil:1\" }",
            })
    void theFrontendOfADockerfileIsTold(String dockerfile) {
        assertThat(of(Map.of("Dockerfile", dockerfile), ValueTree.empty()))
                .containsExactly(
                        "Dockerfile is read on the host by the program in the image example.com/evil:1 (# syntax=)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM scratch\n# syntax=example.com/evil:1\n",
                "# a comment\n# syntax=example.com/evil:1\nFROM scratch\n",
                "\n# syntax=example.com/evil:1\nFROM scratch\n",
            })
    void aCommentIsNoFrontend(String dockerfile) {
        assertThat(of(Map.of("Dockerfile", dockerfile), ValueTree.empty())).isEmpty();
    }

    @Test
    void aDockerfileElsewhereAndTheBuildArgumentCountToo() {
        assertThat(of(
                        Map.of("docker/App", "FROM scratch"),
                        ValueTree.builder()
                                .put("dockerfile", "docker/App")
                                .put("builder", "dockerfile")
                                .put("build/args/BUILDKIT_SYNTAX", "example.com/evil")
                                .build()))
                .containsExactly(
                        "docker/App is read on the host by the program in the image example.com/evil (# syntax=)");
    }

    private static List<String> of(Map<String, String> files, ValueTree settings) {
        return HostCode.of(
                path -> Optional.ofNullable(files.get(path)).map(text -> text.getBytes(StandardCharsets.UTF_8)),
                settings,
                List.of());
    }
}
