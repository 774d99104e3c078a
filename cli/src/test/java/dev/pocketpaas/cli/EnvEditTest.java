package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What editors and people can do to {@code env edit} and {@code apps lock}, against a scripted host. */
class EnvEditTest {
    @TempDir
    private Path directory;

    private final ScriptedHost host = new ScriptedHost();

    @BeforeEach
    void write() throws IOException {
        Files.writeString(directory.resolve("pocketpaas.yml"), "app: shop\nhost: 203.0.113.10\n");
        host.answers("pocketpaas/1 show shop env", ValueTree.empty());
    }

    private CliRunner runner() {
        return new CliRunner(directory).with(host);
    }

    private CliRunner.Result edited(String script) throws IOException {
        Path editor = directory.resolve("editor");
        Files.writeString(editor, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(editor, PosixFilePermissions.fromString("rwx------"));
        return runner().with("EDITOR", editor.toString()).run("env", "edit");
    }

    @Test
    void withoutATerminalNoEditorOfTheSystemIsStarted() {
        CliRunner.Result refused = runner().run("env", "edit");

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("there is no terminal for an editor", "set EDITOR to a program");
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void whatIsNoTextIsRefusedAndWhatIsTheSameIsNoChange() throws IOException {
        CliRunner.Result binary = edited("printf 'A=\\377\\376' >>\"$1\"");

        assertThat(binary.code()).isEqualTo(2);
        assertThat(binary.err()).contains("the edited text is not UTF-8; nothing was changed");
        assertThat(edited(":").err()).contains("no variable was changed");
        assertThat(edited("exit 3").err()).contains("the editor ended with exit code 3; nothing was changed");
        assertThat(host.asked()).containsOnly("pocketpaas/1 show shop env");
    }

    @Test
    void aReasonThatNobodyCouldReadIsRefusedHere() {
        CliRunner.Result refused = runner().run("apps", "lock", "--reason", "x".repeat(201));

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("the reason has 201 characters", "use 200 characters at most");
        assertThat(host.asked()).isEmpty();
    }
}
