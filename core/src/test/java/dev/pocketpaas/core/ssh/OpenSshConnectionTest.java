package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract by the system's ssh; and when it is taken. */
class OpenSshConnectionTest extends ConnectionContract {
    private final FakePrompts prompts = new FakePrompts().alone();

    OpenSshConnectionTest() {
        super(SshSettings.Transport.OPENSSH, 8);
    }

    private static long waiting() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .arguments()
                        .map(List::of)
                        .orElse(List.of())
                        .contains("ssh-guard"))
                .count();
    }

    @Test
    void nothingIsLeftOfIt() throws Exception {
        long before = waiting();
        try (SshConnection connection = connect()) {
            assertThat(run(connection, "echo in", new byte[0]).out()).isEqualTo("in\n");
            assertThat(waiting()).isGreaterThan(0);
        }
        assertThat(waiting()).isLessThanOrEqualTo(before + 1);
    }

    @Test
    void aDeathBySignalIsNoSuccess() throws Exception {
        try (SshConnection connection = connect()) {
            assertThat(run(connection, "kill -KILL $$", new byte[0]).status()).isNotZero();
            assertThat(run(connection, "echo still here", new byte[0]).out()).isEqualTo("still here\n");
        }
    }

    @Test
    void aServerWithNothingInCommonWithUsIsReachedAllTheSame() throws Exception {
        for (String line : List.of(
                "KexAlgorithms sntrup761x25519-sha512@openssh.com",
                "MACs umac-128-etm@openssh.com\nCiphers aes128-ctr")) {
            Path place = directory.resolve("strict" + line.hashCode());
            try (OpenSshServer strict = OpenSshServer.start(place, line)) {
                strict.authorize(directory.resolve("key"), "");
                Path known = Files.writeString(directory.resolve("strict_known"), strict.knownHostsLine());
                SshSettings own = settings.withKnownHosts(known).withTransport(SshSettings.Transport.AUTO);
                HostAddress address = HostAddress.parse("127.0.0.1:" + strict.port());
                try (SshConnection connection =
                        SshConnector.create(own, prompts).connect(address)) {
                    assertThat(run(connection, "echo in", new byte[0]).out()).isEqualTo("in\n");
                    assertThat(connection.peer()).isEqualTo("127.0.0.1");
                }
                assertThat(prompts.told)
                        .anySatisfy(told -> assertThat(told)
                                .startsWith("connecting with OpenSSH")
                                .contains("in common"));
                prompts.told.clear();
                // Without an ssh the lists of both are told.
                assertThatThrownBy(() -> SshConnector.create(
                                        own.withConfig(SshSettings.ConfigSource.NONE, null, null), prompts)
                                .connect(address))
                        .isInstanceOfSatisfying(PocketException.class, e -> {
                            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                            assertThat(e.details())
                                    .anySatisfy(told -> assertThat(told).startsWith("we offer "));
                            assertThat(e.details())
                                    .anySatisfy(told -> assertThat(told).startsWith("the host offers "));
                        });
            }
        }
    }

    @Test
    void aRefusalSaysWhatTheHostTakes() throws Exception {
        Path stranger = Keys.generate(directory.resolve("stranger"), "ed25519", "");
        assertThatThrownBy(() -> SshConnector.create(settings.withIdentityFile(stranger), prompts)
                        .connect(HostAddress.parse("127.0.0.1:" + server.port())))
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                    assertThat(e.what()).contains("Permission denied");
                    assertThat(e.cure())
                            .hasValueSatisfying(cure -> assertThat(cure).contains("publickey"));
                });
        try (Stream<Path> left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("pp-ssh"))
                            .filter(path -> !Files.exists(path.resolve("s"))))
                    .hasSizeLessThan(5);
        }
    }
}
