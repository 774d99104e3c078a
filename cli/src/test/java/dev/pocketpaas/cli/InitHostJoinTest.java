package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a machine is told about that is set up, alone and to join a cluster. */
class InitHostJoinTest {
    private static final ValueTree BARE = ValueTree.builder()
            .put("uid", "0")
            .put("user", "root")
            .put("os/id", "debian")
            .put("os/version", "12")
            .put("os/name", "Debian GNU/Linux 12 (bookworm)")
            .put("arch", "amd64")
            .put("hostname", "droplet")
            .put("systemd", "yes")
            .put("container", "none")
            .put("memory", "4000000")
            .put("swap", "0")
            .put("disk", "20000000")
            .put("packages/installed", "ca-certificates\nsudo")
            .build();

    @TempDir
    private Path directory;

    /** The machine and its home at once. The first answer to root is what is there, the second the set-up. */
    private final FakeSshConnection machine = new FakeSshConnection();

    private final Queue<byte[]> answers =
            new ArrayDeque<>(List.of(looked(), "+step\tuser\tdone\t\n".getBytes(StandardCharsets.UTF_8)));

    private static byte[] looked() {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        try {
            told.write("pocketpaas-begins\n".getBytes(StandardCharsets.UTF_8));
            told.write(BARE.toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return told.toByteArray();
    }

    private CliRunner.Result run(String... words) {
        machine.on("exec sh -c ", (in, out, err) -> {
            in.readAllBytes();
            out.write(answers.remove());
            return 0;
        });
        return new CliRunner(directory)
                .with(CliRunner.connecting(address -> machine))
                .remembers("203.0.113.11", CliRunner.PROGRAMS)
                .run(words);
    }

    @Test
    void oneThatIsAloneGetsAnAppNext() {
        CliRunner.Result result = run("init", "host", "203.0.113.11");

        assertThat(result.code()).as(result.toString()).isZero();
        assertThat(result.out()).endsWith("Next, in the directory of your app: pocketpaas deploy --host droplet\n");
    }

    @Test
    void ofOneThatJoinsWhatComesNextIsToldOnceAtTheEndAndAboutTheCluster() {
        machine.on("pocketpaas/1 node ", ValueTree.empty().toBytes(), "", 0);
        ValueTree admitted =
                ValueTree.builder().put("warnings", "c does not answer").build();
        machine.on("pocketpaas/1 node admit", admitted.toBytes(), "", 0);

        CliRunner.Result result = run("init", "host", "203.0.113.11", "--join", "203.0.113.10");

        assertThat(result.code()).as(result.toString()).isZero();
        assertThat(result.out())
                .containsOnlyOnce("Next")
                .contains("The host droplet is ready.\n")
                .contains("droplet has joined the cluster of 203.0.113.10.")
                .endsWith("What runs where: pocketpaas hosts nodes --host 203.0.113.10\n");
        assertThat(result.err()).contains("warning: c does not answer\n");
        assertThat(machine.commands())
                .endsWith(
                        "pocketpaas/1 node offer 203.0.113.11",
                        "pocketpaas/1 node join droplet 203.0.113.11",
                        "pocketpaas/1 node admit");
    }
}
