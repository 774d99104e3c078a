package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
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
                return new FakeSshConnection().on("", (in, out, err) -> {
                    out.write((SENTENCE + "\n\n").getBytes(StandardCharsets.UTF_8));
                    return 142;
                });
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
        assertThat(result.err()).contains(SENTENCE).contains("name the host as ubuntu@ADDRESS");
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
}
