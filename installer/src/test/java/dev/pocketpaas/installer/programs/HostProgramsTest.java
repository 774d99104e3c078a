package dev.pocketpaas.installer.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProgramsTest {
    @Test
    void theHostComputesTheSameHash(@TempDir Path directory) throws Exception {
        HostPrograms programs = HostPrograms.bundled();
        for (String path : programs.paths()) {
            Path file = directory.resolve("v").resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, programs.text(path));
        }
        String script = "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1]);"
                + " from pathlib import Path; from pocketpaas.entry.programs import content_hash;"
                + " print(content_hash(Path(sys.argv[1])), end='')";
        Process python = new ProcessBuilder(
                        "python3", "-IS", "-c", script, directory.resolve("v").toString())
                .redirectErrorStream(true)
                .start();
        String answer = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor()).as(answer).isZero();
        assertThat(answer).isEqualTo(programs.hash());
    }

    @Test
    void holdsProgramsAndTemplates() {
        assertThat(HostPrograms.bundled().paths())
                .contains(
                        "door",
                        "enter",
                        "setup",
                        "work/init",
                        "lib/facts.bash",
                        "pocketpaas/rules.json",
                        "stack/start");
    }

    @Test
    void everyBitCountsForTheHash() {
        HostPrograms one = HostPrograms.of(Map.of("a", new byte[] {1}, "b", new byte[] {2}));
        assertThat(one.hash()).matches("[0-9a-f]{64}");
        assertThat(HostPrograms.of(Map.of("a", new byte[] {1}, "b", new byte[] {3}))
                        .hash())
                .isNotEqualTo(one.hash());
        assertThat(HostPrograms.of(Map.of("a", new byte[] {1}, "c", new byte[] {2}))
                        .hash())
                .isNotEqualTo(one.hash());
        assertThat(HostPrograms.of(Map.of("b", new byte[] {2}, "a", new byte[] {1}))
                        .hash())
                .isEqualTo(one.hash());
    }

    @Test
    void sayWhichVersionTheyCameWith() {
        assertThat(HostPrograms.bundled().version().text()).matches("[0-9]+(\\.[0-9]+)+(-.+)?");
    }

    @Test
    void theBuildHasComputedTheirHash() {
        assertThat(HostPrograms.bundledHash()).isEqualTo(HostPrograms.bundled().hash());
        assertThat(HostPrograms.bundledVersion())
                .isEqualTo(HostPrograms.bundled().version());
    }

    @Test
    void travelsAsATree() {
        HostPrograms programs = HostPrograms.bundled();
        assertThat(programs.tree().paths()).isEqualTo(programs.paths());
        assertThat(programs.tree().text("door")).contains(programs.text("door"));
    }
}
