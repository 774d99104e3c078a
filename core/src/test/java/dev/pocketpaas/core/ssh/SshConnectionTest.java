package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The contract by our own transport. */
class SshConnectionTest extends ConnectionContract {
    SshConnectionTest() {
        super(SshSettings.Transport.BUILT_IN, 60);
    }

    @Test
    void deathBySignalIsAStatusAsInAShell() throws Exception {
        try (SshConnection connection = connect()) {
            assertThat(run(connection, "kill -KILL $$", new byte[0]).status()).isEqualTo(137);
            assertThat(run(connection, "kill -TERM $$", new byte[0]).status()).isEqualTo(143);
        }
    }

    @Test
    void aRefusedTerminalIsAnErrorOfItsOwn() throws Exception {
        Path key = Keys.generate(directory.resolve("restricted"), "ed25519", "");
        server.authorize(key, "restrict");
        SshConnection connection = SshConnector.create(settings.withIdentityFile(key), SshPrompts.refusing())
                .connect(HostAddress.parse("127.0.0.1:" + server.port()));
        assertThatThrownBy(
                        () -> connection.start(new RemoteCommand("true", new RemoteCommand.Terminal("xterm", 80, 24))))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining("does not start a command");
        connection.close();
    }
}
