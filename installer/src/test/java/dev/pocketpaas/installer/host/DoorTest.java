package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the door refuses by itself; what it asks root about is tried on a droplet. */
class DoorTest {
    @TempDir
    Path root;

    @Test
    void withoutACommandItGreets() {
        HostShell.Result result = knock("");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).startsWith("Hello me@laptop.").contains("no shell", "pocketpaas deploy");
    }

    static Stream<String> hostile() {
        String canary = "touch canary";
        return Stream.of(
                "ls",
                "bash -i",
                "scp -t /tmp",
                "/usr/lib/openssh/sftp-server",
                "rsync --server . /",
                "git-shell",
                "git-receive-pack shop",
                "git-receive-pack 'shop'; " + canary,
                "git-receive-pack 'shop' 'other'",
                "git-receive-pack '$(" + canary + ")'",
                "git-receive-pack '`" + canary + "`'",
                "git-receive-pack '../../etc'",
                "git-receive-pack '/var/lib/pocketpaas/apps/shop/repo.git'",
                "git-receive-pack 'shop\n" + canary + "'",
                "git-receive-pack '--upload-pack=" + canary + "'",
                "git-receive-pack ''",
                "git-receive-pack 'shöp'",
                "git-receive-pack 'Shop'",
                "git-receive-pack '" + "a".repeat(41) + "'",
                "git-upload-archive 'shop'",
                "pocketpaas",
                "x".repeat(20_000));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void whatIsNeitherGitNorAVerbIsRefusedWithASentence(String command) throws IOException {
        HostShell.Result result = knock(command);

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.text()).isEmpty();
        assertThat(result.err())
                .startsWith("pocketpaas: ")
                .doesNotContain("line ")
                .doesNotContain("a".repeat(41));
        assertNothingWasTouched();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pocketpaas/1",
                "pocketpaas/1 ",
                "pocketpaas/1 hello;touch canary",
                "pocketpaas/1 hello $(touch canary)",
                "pocketpaas/1 hello\ntouch canary",
                "pocketpaas/1  hello",
                "pocketpaas/x hello",
                "pocketpaas/1 push shop a b c d main",
                "pocketpaas/1 admit shop push",
                "pocketpaas/1 create shop",
            })
    void aBadVerbIsAFailureThatTheProgramCanRead(String command) throws IOException {
        HostShell.Result result = knock(command);

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.text()).startsWith("+fail\t");
        assertThat(result.err()).isEmpty();
        assertNothingWasTouched();
    }

    @Test
    void anotherProtocolIsExplained() {
        HostShell.Result result = knock("pocketpaas/2 hello");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.text())
                .startsWith("+fail\tprotocol\tthis host speaks protocol 1, the command came with protocol 2\n+hint\t");
    }

    private HostShell.Result knock(String command) {
        return new HostShell(root).with("SSH_ORIGINAL_COMMAND", command).program(new byte[0], "door", "me@laptop");
    }

    private void assertNothingWasTouched() throws IOException {
        assertThat(Path.of("canary")).doesNotExist();
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left).isEmpty();
        }
    }
}
