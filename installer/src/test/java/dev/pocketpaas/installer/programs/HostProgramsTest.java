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
        Process bash = new ProcessBuilder(
                        "bash",
                        "-euc",
                        "source \"$1/lib/state.bash\"; source \"$1/lib/programs.bash\"; content_hash \"$1\"; printf %s \"$REPLY\"",
                        "bash",
                        directory.resolve("v").toString())
                .redirectErrorStream(true)
                .start();
        String answer = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(answer).isZero();
        assertThat(answer).isEqualTo(programs.hash());
    }

    @Test
    void holdsProgramsAndTemplates() {
        assertThat(HostPrograms.bundled().paths())
                .contains("door", "enter", "setup", "work/init", "lib/facts.bash", "container.json", "site.conf");
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
    void travelsAsATree() {
        HostPrograms programs = HostPrograms.bundled();
        assertThat(programs.tree().paths()).isEqualTo(programs.paths());
        assertThat(programs.tree().text("door")).contains(programs.text("door"));
    }
}
