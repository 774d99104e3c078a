package dev.pocketpaas.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ManifestReferenceTest {
    @Test
    void theCheckedInPageIsTheOneOfTheProgram() throws Exception {
        ManifestSchemaTest.Docs.assertCurrent("manifest.md", ManifestReference.markdown());
    }

    @Test
    void itsExamplesValidate() {
        Matcher blocks = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(ManifestReference.markdown());
        List<Manifest> read = new ArrayList<>();
        while (blocks.find()) {
            String yaml = blocks.group(1);
            if (!yaml.startsWith("#")) {
                read.add(ManifestReader.read("docs/manifest.md", yaml.getBytes(StandardCharsets.UTF_8)));
            }
        }

        assertThat(read).hasSize(2);
    }

    @Test
    void theLargeExampleUsesEveryKeyOfTheTop() {
        assertThat(Manifest.SECTION.keys())
                .allSatisfy(key -> assertThat(ManifestReference.EXAMPLE).containsPattern("(?m)^" + key.name() + ":"));
    }
}
