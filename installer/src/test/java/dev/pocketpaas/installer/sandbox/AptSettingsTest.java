package dev.pocketpaas.installer.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AptSettingsTest {
    @TempDir
    private Path root;

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

    private void write(String path, String text) throws Exception {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
