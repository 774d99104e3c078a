package dev.pocketpaas.cli.completion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.CliRunner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstalledCompletionTest {
    @TempDir
    Path home;

    private CliRunner runner() {
        return new CliRunner(home);
    }

    @ParameterizedTest
    @CsvSource({
        "bash, .local/share/bash-completion/completions/pocketpaas, .bashrc",
        "zsh, .local/share/pocketpaas/zsh/_pocketpaas, .zshrc",
        "fish, .config/fish/completions/pocketpaas.fish, ''",
    })
    void itComesAndGoesWithoutATrace(String shell, String script, String startUp) throws IOException {
        CliRunner.Result installed = runner().with("SHELL", "/usr/bin/" + shell).run("completion", "install");

        assertThat(installed.code()).as(installed.toString()).isZero();
        assertThat(home.resolve(script)).content().isEqualTo(InstalledCompletion.script(shell));
        if (!startUp.isEmpty()) {
            assertThat(home.resolve(startUp)).content().contains(">>> pocketpaas completion >>>");
        }
        assertThat(runner().run("completion", "install", shell).out()).startsWith("Nothing to do");

        assertThat(runner().run("completion", "uninstall").out()).contains("Completion is removed");
        assertThat(home.resolve(script)).doesNotExist();
        assertThat(home.resolve(".local/share/pocketpaas")).doesNotExist();
        if (!startUp.isEmpty()) {
            assertThat(home.resolve(startUp)).doesNotExist();
        }
        assertThat(runner().run("completion", "uninstall").out()).startsWith("Nothing to do");
    }

    @Test
    void theUsersOwnLinesStayByteForByte() throws IOException {
        byte[] own = "# caf\u00e9\nalias ll='ls -l'".getBytes(StandardCharsets.ISO_8859_1);
        Path dotfiles = Files.createDirectory(home.resolve("dotfiles"));
        Path real = Files.write(dotfiles.resolve("bashrc"), own);
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
        Files.createSymbolicLink(home.resolve(".bashrc"), real);

        assertThat(runner().run("completion", "install", "bash").code()).isZero();
        assertThat(runner().run("completion", "install", "bash").code()).isZero();
        assertThat(Files.isSymbolicLink(home.resolve(".bashrc"))).isTrue();
        assertThat(new String(Files.readAllBytes(real), StandardCharsets.ISO_8859_1))
                .startsWith(new String(own, StandardCharsets.ISO_8859_1) + "\n# >>> pocketpaas")
                .containsOnlyOnce(">>> pocketpaas completion >>>");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real)))
                .isEqualTo("rw-r-----");

        assertThat(runner().run("completion", "uninstall", "bash").code()).isZero();
        assertThat(new String(Files.readAllBytes(real), StandardCharsets.ISO_8859_1).strip())
                .isEqualTo(new String(own, StandardCharsets.ISO_8859_1));
        assertThat(dotfiles.toFile().list()).containsExactly("bashrc");
    }

    @Test
    void whereItCannotBeWrittenTheReasonIsSaid() {
        CliRunner.Result result = runner().with("XDG_DATA_HOME", "/proc/no").run("completion", "install", "bash");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).contains("error: cannot write /proc/no", "\"pocketpaas completion bash\" prints");
        assertThat(home.resolve(".bashrc")).doesNotExist();
    }

    @Test
    void anUnknownShellIsNamed() {
        assertThat(runner().with("SHELL", "/bin/tcsh")
                        .run("completion", "install")
                        .err())
                .contains("cannot tell which shell you use");
        assertThat(runner().run("completion", "install", "tcsh").err()).contains("no completion for \"tcsh\"");
        assertThat(runner().run("completion").err()).contains("no shell given");
    }
}
