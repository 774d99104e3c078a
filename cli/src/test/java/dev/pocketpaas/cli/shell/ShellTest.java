package dev.pocketpaas.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.CliRunner;
import dev.pocketpaas.cli.ScriptedHost;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** "pocketpaas shell" without a terminal; with one it is tried end to end. */
class ShellTest {
    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost()
            .answers(
                    "pocketpaas/1 apps",
                    ValueTree.builder().put("shop/state", "running").build())
            .answers(
                    "pocketpaas/1 show shop scale",
                    ValueTree.builder().put("scale/web", "1").build())
            .answers(
                    "pocketpaas/1 show blog scale",
                    ValueTree.builder().put("scale/web", "2").build());

    private CliRunner.Result shell(String lines, String... options) {
        List<String> words = new ArrayList<>(List.of("shell"));
        words.addAll(List.of(options));
        return new CliRunner(directory).with(host).reading(lines).run(words.toArray(String[]::new));
    }

    @Test
    void allCommandsGoOverOneConnection() {
        CliRunner.Result result =
                shell("apps\n\n# a comment\nscale\n  pocketpaas scale\n", "--host", "203.0.113.10", "--app", "shop");

        assertThat(result.code()).as(result.toString()).isZero();
        assertThat(result.out()).contains("shop", "web");
        assertThat(host.asked())
                .containsExactly("pocketpaas/1 apps", "pocketpaas/1 show shop scale", "pocketpaas/1 show shop scale");
        assertThat(host.addresses()).hasSize(1);
        assertThat(host.timesClosed()).isEqualTo(1);
    }

    @Test
    void useChoosesTheAppAndTheHost() {
        CliRunner.Result result = shell("use shop --host 203.0.113.10\nscale\nuse blog\nscale\nscale --app shop\n");

        assertThat(result.code()).as(result.toString()).isZero();
        assertThat(host.asked())
                .containsExactly(
                        "pocketpaas/1 show shop scale", "pocketpaas/1 show blog scale", "pocketpaas/1 show shop scale");
    }

    @Test
    void theExitCodeIsThatOfTheLastCommandAndExitEnds() {
        assertThat(shell("nosuch\n").code()).isEqualTo(2);
        assertThat(shell("nosuch\nversion\n").code()).isZero();
        CliRunner.Result ended = shell("version\nexit\nnosuch\n");
        assertThat(ended.code()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(shell("use\n").code()).isEqualTo(2);
        assertThat(shell("use Shop\n").err()).contains("\"Shop\" is not a valid app name");
        assertThat(shell("use shop --verbose\n").err()).contains("fix: for example: use shop --host sandbox");
    }

    @Test
    void quotesKeepAWordTogether() {
        assertThat(shell("nosuch 'a b' \"c d\"\n").err()).contains("\"nosuch\"");
        assertThat(shell("scale 'we b=1'\n", "--app", "shop", "--host", "203.0.113.10")
                        .err())
                .contains("we b");
    }

    @Test
    void anUnknownHostIsRefusedAtOnce() {
        CliRunner.Result result = shell("apps\n", "--host", "a;b");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("\"a;b\" is not a valid host");
        assertThat(new CliRunner(directory).run("shell", "--json").code()).isEqualTo(2);
    }

    @Test
    void aConnectionThatWasLostIsOpenedAgain() {
        List<HostAddress> connected = new ArrayList<>();
        CliRunner runner = new CliRunner(directory)
                .with(CliRunner.connecting(address -> {
                    connected.add(address);
                    return new OneCommand(host);
                }))
                .reading("apps\napps\napps\n");

        CliRunner.Result result = runner.run("shell", "--host", "203.0.113.10");

        assertThat(result.code()).as(result.toString()).isZero();
        assertThat(host.asked()).hasSize(3);
        assertThat(connected).hasSize(3);
    }

    /** A connection that is lost after its first command. */
    private static final class OneCommand implements SshConnection {
        private final ScriptedHost host;
        private int started;

        OneCommand(ScriptedHost host) {
            this.host = host;
        }

        @Override
        public RemoteProcess start(RemoteCommand command) {
            started++;
            if (started > 1) {
                throw PocketException.unreachable("the connection was lost", null, null);
            }
            return host.connection().start(command);
        }

        @Override
        public String authenticatedKey() {
            return "";
        }

        @Override
        public int channelsOpened() {
            return started;
        }

        @Override
        public String peer() {
            return "";
        }

        @Override
        public void close() {}
    }
}
