package dev.pocketpaas.installer.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AptSettingsTest {
    @TempDir
    private Path root;

    @TempDir
    private Path target;

    @Test
    void takesTheDistributionsOwnAndHowItIsFetched() throws Exception {
        write("etc/apt/sources.list.d/debian.sources", "Types: deb\nURIs: http://mirror.example/debian\n");
        write("etc/apt/sources.list.d/vendor.list", "deb https://vendor.example/ x main\n");
        write("etc/apt/apt.conf.d/99proxy", "// why\nAcquire::http::Proxy \"http://proxy.example:3128\";\n");
        write("etc/apt/apt.conf.d/50hooks", "DPkg::Post-Invoke { \"do-something\"; };\nAcquire::Retries 3;\n");
        write("etc/apt/apt.conf.d/10other", "APT::Install-Recommends \"0\";\n");
        write("usr/share/keyrings/debian-archive-keyring.gpg", "k");
        write("usr/share/keyrings/vendor.gpg", "k");
        AptSettings settings = new AptSettings(root);
        assertThat(settings.files())
                .containsExactly(
                        root.resolve("etc/apt/sources.list.d/debian.sources"),
                        root.resolve("etc/apt/apt.conf.d/99proxy"),
                        root.resolve("usr/share/keyrings/debian-archive-keyring.gpg"));
        assertThat(settings.mirror()).contains("http://mirror.example/debian");
    }

    @Test
    void readsTheOldFormToo() throws Exception {
        write("etc/apt/sources.list", "# comment\ndeb [signed-by=/x.gpg] http://mirror.example/ubuntu noble main\n");
        assertThat(new AptSettings(root).mirror()).contains("http://mirror.example/ubuntu");
    }

    @Test
    void aMachineWithoutAptHasNone() {
        assertThat(new AptSettings(root).files()).isEmpty();
        assertThat(new AptSettings(root).mirror()).isEmpty();
    }

    @Test
    void anotherReleaseGetsSourcesOfItsOwn() throws Exception {
        write(
                "etc/apt/sources.list.d/debian.sources",
                "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n\n"
                        + "Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\n");
        write("etc/apt/apt.conf.d/99proxy", "Acquire::http::Proxy \"http://bookworm.example:3128\";\n");
        write("usr/share/keyrings/debian-archive-keyring.gpg", "old");
        write("usr/share/keyrings/debian-archive-company.gpg", "own");
        Path keys = Files.createDirectories(target.resolve("usr/share/keyrings"));
        Files.writeString(keys.resolve("debian-archive-keyring.gpg"), "new");
        new AptSettings(root).give(target, "bookworm", "trixie");
        assertThat(target.resolve("etc/apt/sources.list.d/debian.sources"))
                .hasContent("Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie trixie-updates\n\n"
                        + "Types: deb\nURIs: http://mirror.example/debian-security\nSuites: trixie-security\n");
        assertThat(target.resolve("etc/apt/apt.conf.d/99proxy")).content().contains("bookworm.example");
        assertThat(keys.resolve("debian-archive-keyring.gpg")).hasContent("new");
        assertThat(keys.resolve("debian-archive-company.gpg")).hasContent("own");
    }

    @Test
    void theSameReleaseGetsTheSame() throws Exception {
        write("etc/apt/sources.list", "deb http://mirror.example/debian stable main\n");
        write("usr/share/keyrings/debian-archive-keyring.gpg", "machine");
        Path keys = Files.createDirectories(target.resolve("usr/share/keyrings"));
        Files.writeString(keys.resolve("debian-archive-keyring.gpg"), "package");
        new AptSettings(root).give(target, "bookworm", "bookworm");
        assertThat(target.resolve("etc/apt/sources.list")).hasContent("deb http://mirror.example/debian stable main\n");
        assertThat(keys.resolve("debian-archive-keyring.gpg")).hasContent("machine");
    }

    @Test
    void sourcesThatFollowWhateverIsStableCannotServeAnotherRelease() throws Exception {
        write("etc/apt/sources.list", "deb http://mirror.example/debian stable main\n");
        assertThatThrownBy(() -> new AptSettings(root).give(target, "bookworm", "trixie"))
                .hasMessage("this machine's sources of packages do not name its release bookworm");
    }

    private void write(String path, String text) throws Exception {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
