package dev.pocketpaas.core.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OneOffProcessesTest {
    @Test
    void aCommandThatIsTooLongForTheHostIsRefusedBeforeItIsAsked() {
        FakeSshConnection connection = new FakeSshConnection();
        OneOffProcesses oneOff = new OneOffProcesses(new HostClient(connection));
        List<String> command = List.of("echo", "x".repeat(6200));

        assertThatThrownBy(() -> oneOff.start(new AppName("shop"), Optional.empty(), command, null))
                .isInstanceOf(PocketException.class)
                .hasMessage("the command is too long: 6206 characters, at most about 6144");
        assertThat(connection.commands()).isEmpty();
    }
}
