package dev.pocketpaas.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documentation and the examples show must be what the program takes. */
class ExamplesTest {
    private static final Path REPOSITORY = Path.of("..");
    private static final Pattern YAML_BLOCK = Pattern.compile("(?m)^```ya?ml\\n(.*?)^```", Pattern.DOTALL);

    @Test
    void everyManifestOfTheExamplesValidates() throws Exception {
        List<Path> manifests = find(REPOSITORY.resolve("examples"), "pocketpaas.yml");

        assertThat(manifests).isNotEmpty();
        for (Path manifest : manifests) {
            Manifest read = ManifestReader.read(manifest.toString(), Files.readAllBytes(manifest));
            assertThat(NodeAppCheck.problem(SourceFiles.ofDirectory(manifest.resolveSibling("")), read))
                    .as(manifest.toString())
                    .isEmpty();
        }
    }

    @Test
    void everyManifestShownInThePagesValidates() throws Exception {
        List<Path> pages = new ArrayList<>(find(REPOSITORY.resolve("docs"), ".md"));
        pages.addAll(find(REPOSITORY.resolve("examples"), ".md"));
        Path readme = REPOSITORY.resolve("README.md");
        if (Files.exists(readme)) {
            pages.add(readme);
        }
        List<String> shown = new ArrayList<>();
        for (Path page : pages) {
            Matcher blocks = YAML_BLOCK.matcher(Files.readString(page));
            while (blocks.find()) {
                if (Pattern.compile("(?m)^app:").matcher(blocks.group(1)).find()) {
                    ManifestReader.read(page.toString(), blocks.group(1).getBytes(StandardCharsets.UTF_8));
                    shown.add(blocks.group(1));
                }
            }
        }

        assertThat(shown).hasSizeGreaterThanOrEqualTo(2);
    }

    private static List<Path> find(Path top, String ending) throws Exception {
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ending))
                    .filter(file -> !file.toString().contains("node_modules"))
                    .sorted()
                    .toList();
        }
    }
}
