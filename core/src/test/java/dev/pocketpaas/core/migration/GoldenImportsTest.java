package dev.pocketpaas.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.ManifestReader;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.HostAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whole files of other platforms, and what becomes of them: {@code expected.txt} beside each, written with -Dpocketpaas.regenerate=true. */
class GoldenImportsTest {
    private static final Path FIXTURES = Path.of("src/test/resources/migration");
    private static final ImportTarget TARGET =
            new ImportTarget(Optional.empty(), Optional.of(HostAddress.parse("203.0.113.10")));

    @Test
    void aComposeFile() throws IOException {
        Path directory = FIXTURES.resolve("compose");
        ImportPlan plan = ComposeImport.plan(
                TARGET,
                "compose.yml",
                Files.readAllBytes(directory.resolve("compose.yml")),
                "directory",
                SourceFiles.ofDirectory(directory),
                Optional.empty());

        check("compose", plan);
        assertThat(plan.manifest()).doesNotContain("0123456789abcdef", "from-dotenv", "guests:");
    }

    @Test
    void kamal() throws IOException {
        check(
                "kamal",
                KamalImport.plan(
                        TARGET, "config/deploy.yml", Files.readAllBytes(FIXTURES.resolve("kamal/deploy.yml")), "x"));
    }

    @Test
    void heroku() throws IOException {
        HerokuExport export = HerokuExport.read("guests-prod", file -> read("heroku", file));
        ImportPlan plan = HerokuImport.plan(TARGET, export, true);

        check("heroku", plan);
        assertThat(plan.manifest()).doesNotContain("sk_live_1", "SG.1", "production");
    }

    @Test
    void dokku() throws IOException {
        DokkuExport export = DokkuExport.read("guests", file -> read("dokku", file));
        ImportPlan plan = DokkuImport.plan(TARGET, export, true);

        check("dokku", plan);
        assertThat(plan.manifest()).doesNotContain("sk_live_1", "production", "0123");
    }

    private static Optional<byte[]> read(String platform, String file) {
        return SourceFiles.ofDirectory(FIXTURES.resolve(platform)).read(file);
    }

    private static void check(String platform, ImportPlan plan) throws IOException {
        Manifest manifest =
                ManifestReader.read("pocketpaas.yml", plan.manifest().getBytes(StandardCharsets.UTF_8));
        assertThat(manifest.appName()).contains(plan.app());
        Path expected = FIXTURES.resolve(platform).resolve("expected.txt");
        String found = text(plan);
        if (Boolean.getBoolean("pocketpaas.regenerate")) {
            Files.writeString(expected, found);
        }
        assertThat(found).isEqualTo(Files.readString(expected));
    }

    private static String text(ImportPlan plan) {
        StringBuilder text = new StringBuilder(plan.manifest()).append("\n--- mapped\n");
        plan.mapped()
                .forEach(one ->
                        text.append(one.from()).append(" -> ").append(one.to()).append('\n'));
        text.append("\n--- not mapped\n");
        plan.unmapped()
                .forEach(one -> text.append(one.what())
                        .append(": ")
                        .append(one.why())
                        .append(" -> ")
                        .append(one.cure())
                        .append('\n'));
        text.append("\n--- values: ").append(plan.values().keySet());
        text.append("\n--- missing: ").append(plan.missing());
        text.append("\n--- services:");
        plan.services()
                .forEach(link -> text.append(' ')
                        .append(link.name())
                        .append('=')
                        .append(link.version())
                        .append(link.variables()));
        return text.append("\n--- scale: ").append(plan.scale()).append('\n').toString();
    }
}
