package dev.pocketpaas.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestDraftTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "shop | shop",
                "My Shop_2 | my-shop-2",
                "Käse & Söhne | kase-sohne",
                "42-answers | answers",
                "日本 | app",
                "--- | app",
                "a.b.c | a-b-c",
                "$(touch canary) | touch-canary",
                "an-extremely-long-directory-name-that-goes-on-and-on | an-extremely-long-directory-name-that-go",
            })
    void theNameOfTheDirectoryBecomesAValidName(String directory, String name) {
        assertThat(ManifestDraft.appName(directory)).isEqualTo(new AppName(name));
    }

    @ParameterizedTest
    @CsvSource({
        "Dockerfile package.json, DOCKERFILE",
        "Gemfile package.json, RUBY",
        "package.json index.html, NODE",
        "requirements.txt, PYTHON",
        "pom.xml, JAVA",
        "build.gradle.kts, GRADLE",
        "composer.json, PHP",
        "go.mod, GO",
        "Procfile, PROCFILE",
        "index.html, STATIC",
        "README.md, UNKNOWN",
    })
    void theKindIsTheOneTheHostWouldChoose(String files, AppKind kind) {
        assertThat(AppKind.of(only(files.split(" ")))).isEqualTo(kind);
    }

    /** Commented lines are there to be uncommented: each must be right as it stands. */
    @Test
    void everyDraftValidatesAsItIsAndLineByLineUncommented() {
        HostAddress six = HostAddress.parse("deploy@[2001:db8::1]:2222");
        List<String> tried = new ArrayList<>();
        for (AppKind kind : AppKind.values()) {
            for (boolean procfile : new boolean[] {true, false}) {
                for (Optional<HostAddress> host : List.of(Optional.<HostAddress>empty(), Optional.of(six))) {
                    ManifestDraft draft = new ManifestDraft(new AppName("shop"), host.orElse(null), kind, procfile);
                    Manifest manifest = read(draft.text());
                    assertThat(manifest.appName()).contains(new AppName("shop"));
                    assertThat(manifest.hostAddress()).isEqualTo(host);
                    draft.text()
                            .lines()
                            .filter(line -> line.matches("# [a-z]+: .*[^:]"))
                            .forEach(line -> {
                                String example = line.substring(2);
                                if (!example.startsWith("host:") || host.isEmpty()) {
                                    read(draft.text() + example + "\n");
                                    tried.add(example);
                                }
                            });
                }
            }
        }
        assertThat(tried).anyMatch(e -> e.startsWith("volumes:")).anyMatch(e -> e.startsWith("build:"));
    }

    @Test
    void itLooksAtADirectoryWithoutFollowingLinks(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("Procfile"), "web: x\n");
        Files.createSymbolicLink(directory.resolve("Dockerfile"), Path.of("Procfile"));

        ManifestDraft draft = ManifestDraft.of("Shop", SourceFiles.ofDirectory(directory), null);

        assertThat(draft).isEqualTo(new ManifestDraft(new AppName("shop"), null, AppKind.PROCFILE, true));
    }

    private static SourceFiles only(String... names) {
        return path -> Set.of(names).contains(path) ? Optional.of(new byte[0]) : Optional.empty();
    }

    private static Manifest read(String text) {
        return ManifestReader.read("draft", text.getBytes(StandardCharsets.UTF_8));
    }
}
