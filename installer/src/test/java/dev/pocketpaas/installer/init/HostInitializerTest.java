package dev.pocketpaas.installer.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostInitializerTest {
    private static final String BEGINS = "echo " + RootShell.BEGINS + "; ";

    private final HostInitializer initializer = new HostInitializer(Facts.PROGRAMS, new KeyName("me@laptop"));

    @TempDir
    private Path directory;

    @Test
    void aSecondRunLooksOnceAndChangesNothing() throws Exception {
        LocalHost host = host(Facts.complete(), "exit 9");
        InitResult result = initializer.apply(host, InitOptions.defaults(), OperationListener.silent());
        assertThat(result.unchanged()).isTrue();
        assertThat(result.keyName()).isEqualTo("me@laptop");
        assertThat(host.channelsOpened()).isEqualTo(1);
    }

    @Test
    void aFirstRunLooksAndSendsWhatIsMissing() throws Exception {
        Path spool = directory.resolve("spool");
        LocalHost host = host(Facts.bare(), "cat >" + spool + "; printf '+step\\tuser\\tdone\\t\\n'");
        List<OperationEvent> events = new ArrayList<>();
        InitResult result = initializer.apply(host, InitOptions.defaults(), events::add);
        assertThat(host.channelsOpened()).isEqualTo(2);
        assertThat(events)
                .as("from the first second there is something to see")
                .containsExactly(
                        new OperationEvent.Step("look", OperationEvent.Step.State.START, ""),
                        new OperationEvent.Step(
                                "look", OperationEvent.Step.State.DONE, "Debian GNU/Linux 12 (bookworm)"),
                        new OperationEvent.Step("send", OperationEvent.Step.State.START, ""),
                        new OperationEvent.Step("send", OperationEvent.Step.State.DONE, ""),
                        new OperationEvent.Step("user", OperationEvent.Step.State.DONE, ""));
        assertThat(result.changed()).startsWith("packages").endsWith("stack");
        assertThat(result.domain()).isEqualTo("203-0-113-10.sslip.io");
        ValueTree sent = ValueTree.readFrom(new ByteArrayInputStream(Files.readAllBytes(spool)));
        assertThat(sent.under("programs").paths()).isEqualTo(Facts.PROGRAMS.paths());
        assertThat(sent.lines("values/steps")).isEqualTo(result.changed());
        assertThat(sent.lines("values/packages")).contains("docker.io", "nginx");
        assertThat(sent.text("values/key/public")).contains(Facts.KEY);
        assertThat(sent.text("values/settings/stack")).contains("heroku/heroku:24");
    }

    @Test
    void aPlanOpensOneChannelAndSendsNoProgram() throws Exception {
        LocalHost host = host(Facts.bare(), "exit 9");
        assertThat(initializer
                        .plan(host, InitOptions.defaults(), OperationListener.silent())
                        .nothingToDo())
                .isFalse();
        assertThat(host.commands).containsExactly(RootShell.SCRIPT);
    }

    @Test
    void aRefusalComesBeforeTheSecondChannel() throws Exception {
        LocalHost host = host(Facts.bare().with("listen/80", "apache2"), "exit 9");
        assertThatThrownBy(() -> initializer.apply(host, InitOptions.defaults(), OperationListener.silent()))
                .hasMessage("port 80 is used by apache2");
        assertThat(host.channelsOpened()).isEqualTo(1);
    }

    @Test
    void aStepThatFailsIsToldWithItsLastLines() throws Exception {
        LocalHost host = host(
                Facts.bare(),
                "cat >/dev/null; printf '|E: no such package\\n+fail\\tinit-failed\\tthe step \"packages\" failed\\n'; exit 1");
        assertThatThrownBy(() -> initializer.apply(host, InitOptions.defaults(), OperationListener.silent()))
                .hasMessage("the step \"packages\" failed")
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.UNEXPECTED);
                    assertThat(e.details()).contains("E: no such package");
                });
    }

    @Test
    void anotherSetUpAtWorkIsARefusal() throws Exception {
        LocalHost host = host(
                Facts.bare(), "cat >/dev/null; printf '+fail\\tlocked\\tanother set-up\\n+hint\\twait\\n'; exit 4");
        assertThatThrownBy(() -> initializer.apply(host, InitOptions.defaults(), OperationListener.silent()))
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED);
                    assertThat(e.cure()).contains("wait");
                });
    }

    @Test
    void anAnswerThatIsCutOffIsNoSuccess() {
        LocalHost host =
                new LocalHost("sh", command -> BEGINS + "cat >/dev/null; printf 'uid\\0000\\0'; echo why >&2; exit 1");
        assertThatThrownBy(() -> initializer.plan(host, InitOptions.defaults(), OperationListener.silent()))
                .hasMessageContaining("could not be inspected")
                .isInstanceOfSatisfying(
                        PocketException.class, e -> assertThat(e.details()).containsExactly("why"));
    }

    @Test
    void aMachineWithoutBashIsRefused() {
        LocalHost host = new LocalHost("sh", command -> BEGINS + "exit 127");
        assertThatThrownBy(() -> initializer.plan(host, InitOptions.defaults(), OperationListener.silent()))
                .hasMessageContaining("has no bash");
    }

    @Test
    void whatTheStartUpFilesOfTheLoginPrintIsNoAnswer() throws Exception {
        Path answer = directory.resolve("answer");
        Files.write(answer, Facts.bare().tree().toBytes());
        for (String noise : List.of("echo Welcome to prod; echo noise >&2; ", "printf 'no line end'; ")) {
            LocalHost host = new LocalHost("sh", command -> noise + BEGINS + "cat >/dev/null; cat " + answer);
            assertThat(initializer.look(host).value("uid")).isEqualTo("0");
        }
        // And for real: the text that is sent to every host, after a start-up file has had its say.
        LocalHost real = new LocalHost("sh", command -> "echo Welcome to prod; " + command);
        assertThat(new String(
                        RootShell.on(real)
                                .capture("echo hello".getBytes(StandardCharsets.UTF_8), RootShell.SCRIPT)
                                .output(),
                        StandardCharsets.UTF_8))
                .isEqualTo("hello\n");
    }

    @Test
    void aLoginThatRunsNoCommandIsToldWithItsSentence() {
        LocalHost cloud = new LocalHost(
                "sh",
                command -> "echo 'Please login as the user \"ubuntu\" rather than the user \"root\".'; echo; exit 142");
        assertThatThrownBy(() -> initializer.look(cloud)).isInstanceOfSatisfying(RefusedLogin.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.details())
                    .containsExactly("Please login as the user \"ubuntu\" rather than the user \"root\".");
            assertThat(e.otherUser()).contains("ubuntu");
            assertThat(e.cure()).hasValueSatisfying(cure -> assertThat(cure).contains("name the host as ubuntu@"));
        });
        LocalHost nobody = new LocalHost("sh", command -> "echo This account is currently not available.; exit 1");
        assertThatThrownBy(() -> initializer.look(nobody)).isInstanceOfSatisfying(RefusedLogin.class, e -> {
            assertThat(e.details()).containsExactly("This account is currently not available.");
            assertThat(e.otherUser()).isEmpty();
        });
        // Another shell takes over, and does not know what to do with what it reads.
        LocalHost shell = new LocalHost("sh", command -> "cat >/dev/null; echo 'zsh: command not found' >&2; exit 127");
        assertThatThrownBy(() -> initializer.look(shell))
                .isInstanceOfSatisfying(
                        RefusedLogin.class,
                        e -> assertThat(e.cure())
                                .hasValueSatisfying(cure -> assertThat(cure).contains(".bashrc")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "bash"})
    void theScriptGetsTheAddressWhateverTheLoginShell(String shell) {
        LocalHost host = new LocalHost(shell);
        RootShell.Answer answer = RootShell.on(host)
                .capture(
                        "echo \"$0 $1 $#\"; echo it\\'s >&2; exit 3".getBytes(StandardCharsets.UTF_8),
                        RootShell.SCRIPT);
        assertThat(new String(answer.output(), StandardCharsets.UTF_8)).isEqualTo("bash 203.0.113.10 1\n");
        assertThat(answer.errors()).isEqualTo("it's\n");
        assertThat(answer.status()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "bash"})
    void theSpoolIsUnpackedByteForByteAndSetUpIsRun(String shell) throws Exception {
        // The same text as for a real host, but for where the spool is made.
        LocalHost host = new LocalHost(shell, command -> command.replace("/var/lib/", directory + "/"));
        byte[] bytes = "a\n\n'\"$(touch x)\\\u00e4\n".getBytes(StandardCharsets.UTF_8);
        ValueTree tree = ValueTree.builder()
                .put(
                        "programs/setup",
                        "#!/bin/bash\ncp -R \"$1/values\" \"" + directory + "/seen\"; echo \"+note\t$1\"\n")
                .put("values/deep/er/one", bytes)
                .put("values/empty", "")
                .build();
        List<OperationEvent> events = new ArrayList<>();
        RootShell.on(host).operate(tree.toBytes(), RootShell.SET_UP, "set-up", events::add);
        assertThat(directory.resolve("seen/deep/er/one")).hasBinaryContent(bytes);
        assertThat(directory.resolve("seen/empty")).isEmptyFile();
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        OperationEvent.Note.class,
                        note -> assertThat(Path.of(note.text())).isDirectory());
    }

    @Test
    void aSpoolThatIsCutOffLeavesNothing() throws Exception {
        LocalHost host = new LocalHost("sh", command -> command.replace("/var/lib/", directory + "/"));
        byte[] whole = ValueTree.builder()
                .put("programs/setup", "#!/bin/bash\n")
                .build()
                .toBytes();
        assertThatThrownBy(() -> RootShell.on(host)
                        .operate(
                                Arrays.copyOf(whole, whole.length - 6),
                                RootShell.SET_UP,
                                "set-up",
                                OperationListener.silent()))
                .isInstanceOf(PocketException.class);
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    /** A host that answers the look with {@code facts}, and the set-up with what {@code setUp} does. */
    private LocalHost host(Facts facts, String setUp) throws Exception {
        Path answer = directory.resolve("answer");
        Files.write(answer, facts.tree().toBytes());
        return new LocalHost(
                "sh", command -> command.equals(RootShell.SCRIPT) ? BEGINS + "cat >/dev/null; cat " + answer : setUp);
    }
}
