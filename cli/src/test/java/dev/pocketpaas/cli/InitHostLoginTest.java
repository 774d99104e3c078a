package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who logs in when a machine is set up. */
class InitHostLoginTest {
    private static final String SENTENCE = "Please login as the user \"ubuntu\" rather than the user \"root\".";

    @TempDir
    Path directory;

    private final List<String> logins = new ArrayList<>();

    /** Root only prints a sentence; others get no further than the connection. */
    private SshConnector cloud(@Nullable String configured) {
        return new SshConnector() {
            @Override
            public SshConnection connect(HostAddress address) {
                logins.add(address.toString());
                if (!"root".equals(address.user())) {
                    throw PocketException.unreachable("far enough", "none", null);
                }
                return new Sentence();
            }

            @Override
            public Optional<String> configuredUser(HostAddress address) {
                return Optional.ofNullable(configured);
            }
        };
    }

    @Test
    void theUserOfTheSshConfigurationIsObeyed() {
        CliRunner runner = new CliRunner(directory).with(CliRunner.connecting(cloud("ubuntu")));
        assertThat(runner.run("init", "host", "web", "--plan").code()).isEqualTo(3);
        assertThat(runner.run("init", "host", "ada@web", "--plan").code()).isEqualTo(3);
        assertThat(logins).containsExactly("ubuntu@web", "ada@web");
    }

    @Test
    void withoutOneItIsRootAndWhatTheMachinePrintsIsShown() {
        CliRunner.Result result =
                new CliRunner(directory).with(CliRunner.connecting(cloud(null))).run("init", "host", "web");
        assertThat(result.code()).isEqualTo(3);
        assertThat(result.err()).contains(SENTENCE).contains("pocketpaas init host ubuntu@");
        assertThat(logins).containsExactly("root@web");
    }

    @Test
    void onATerminalTheOtherUserIsOffered() {
        CliRunner runner = new CliRunner(directory).with(CliRunner.connecting(cloud(null)));
        CliRunner.Result result = runner.typing("y\n").run("init", "host", "web");
        assertThat(result.err())
                .contains(SENTENCE)
                .contains("Log in as ubuntu instead? [y/N]")
                .contains("far enough");
        assertThat(logins).containsExactly("root@web", "ubuntu@web");
        assertThat(runner.typing("n\n").run("init", "host", "web").code()).isEqualTo(3);
        assertThat(logins).hasSize(3);
    }

    private static final class Sentence implements SshConnection {
        @Override
        public RemoteProcess start(RemoteCommand command) {
            return new RemoteProcess() {
                @Override
                public OutputStream stdin() {
                    return OutputStream.nullOutputStream();
                }

                @Override
                public InputStream stdout() {
                    return new ByteArrayInputStream((SENTENCE + "\n\n").getBytes(StandardCharsets.UTF_8));
                }

                @Override
                public InputStream stderr() {
                    return InputStream.nullInputStream();
                }

                @Override
                public int waitFor() {
                    return 142;
                }

                @Override
                public void signal(String name) {}

                @Override
                public void resize(int columns, int rows) {}

                @Override
                public void close() {}
            };
        }

        @Override
        public String authenticatedKey() {
            return "ssh-ed25519 AAAA";
        }

        @Override
        public int channelsOpened() {
            return 1;
        }

        @Override
        public String peer() {
            return "203.0.113.10";
        }

        @Override
        public void close() {}
    }
}
