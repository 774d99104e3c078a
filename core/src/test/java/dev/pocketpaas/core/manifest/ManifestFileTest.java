package dev.pocketpaas.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestFileTest {
    @TempDir
    Path top;

    private Path below;

    @BeforeEach
    void makeDirectories() throws Exception {
        below = Files.createDirectories(top.resolve("repository/src/main"));
    }

    @Test
    void itIsFoundAboveUpToTheRootOfTheWorkingTree() throws Exception {
        Files.createDirectory(top.resolve("repository/.git"));
        Files.writeString(top.resolve("repository/pocketpaas.yml"), "app: shop\n");

        ManifestFile file = ManifestFile.find(below).orElseThrow();

        assertThat(file.path()).isEqualTo(top.resolve("repository/pocketpaas.yml"));
        assertThat(file.directory()).isEqualTo(top.resolve("repository"));
        assertThat(file.shown()).isEqualTo("../../pocketpaas.yml");
        assertThat(file.read().appName()).contains(new AppName("shop"));
    }

    @Test
    void theNearestOneCounts() throws Exception {
        Files.createFile(top.resolve("repository/.git"));
        Files.writeString(top.resolve("repository/pocketpaas.yml"), "app: outer\n");
        Files.writeString(below.resolve("pocketpaas.yml"), "app: inner\n");

        assertThat(ManifestFile.find(below).orElseThrow().shown()).isEqualTo("pocketpaas.yml");
    }

    @Test
    void nothingAboveTheWorkingTreeCounts() throws Exception {
        Files.createDirectory(top.resolve("repository/.git"));
        Files.writeString(top.resolve("pocketpaas.yml"), "app: stray\n");

        assertThat(ManifestFile.find(below)).isEmpty();
    }

    @Test
    void outsideOfGitOnlyTheDirectoryItselfCounts() throws Exception {
        Files.writeString(top.resolve("repository/pocketpaas.yml"), "app: shop\n");

        assertThat(ManifestFile.find(below)).isEmpty();
        assertThat(ManifestFile.find(top.resolve("repository"))).isPresent();
    }

    @Test
    void theOtherEndingIsNamed() throws Exception {
        Files.writeString(below.resolve("pocketpaas.yaml"), "app: shop\n");

        assertThatThrownBy(() -> ManifestFile.find(below))
                .isInstanceOf(PocketException.class)
                .hasMessage("found pocketpaas.yaml, but only pocketpaas.yml is read");
    }

    @Test
    void whatCannotBeReadIsToldAndNotCrashedOn() throws Exception {
        Files.createDirectory(below.resolve("pocketpaas.yml"));

        ManifestFile file = ManifestFile.find(below).orElseThrow();

        assertThatThrownBy(file::read).isInstanceOf(PocketException.class).hasMessage("pocketpaas.yml cannot be read");
    }

    @Test
    void problemsNameTheFileAsTheUserWould() throws Exception {
        Files.createDirectory(top.resolve("repository/.git"));
        Files.writeString(top.resolve("repository/pocketpaas.yml"), "ap: shop\n");

        assertThatThrownBy(() -> ManifestFile.find(below).orElseThrow().read())
                .extracting(e -> ((PocketException) e).details().get(0))
                .isEqualTo("../../pocketpaas.yml:1:1: unknown key \"ap\"; did you mean \"app\"?");
    }
}
