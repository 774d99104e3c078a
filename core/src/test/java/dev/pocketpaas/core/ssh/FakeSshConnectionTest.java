package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FakeSshConnectionTest {
    @Test
    void answersByTheLongestBeginningAndRemembersEverything() throws Exception {
        FakeSshConnection host = new FakeSshConnection()
                .on("pocketpaas/1 hello", "general")
                .on("pocketpaas/1 hello shop", "own".getBytes(StandardCharsets.UTF_8), "careful", 4);
        try (RemoteProcess process = host.start(RemoteCommand.of("pocketpaas/1 hello shop"))) {
            process.stdin().write("input".getBytes(StandardCharsets.UTF_8));
            process.stdin().close();
            assertThat(process.stdout().readAllBytes()).asString().isEqualTo("own");
            assertThat(process.stderr().readAllBytes()).asString().isEqualTo("careful");
            assertThat(process.waitFor()).isEqualTo(4);
        }
        try (RemoteProcess process = host.start(RemoteCommand.of("pocketpaas/1 hello blog"))) {
            process.stdin().close();
            assertThat(process.stdout().readAllBytes()).asString().isEqualTo("general");
        }
        assertThat(host.commands()).containsExactly("pocketpaas/1 hello shop", "pocketpaas/1 hello blog");
        assertThat(host.input(0)).asString().isEqualTo("input");
        assertThat(host.channelsOpened()).isEqualTo(2);
    }

    @Test
    void anUnexpectedCommandFailsTheTest() {
        assertThatThrownBy(() -> new FakeSshConnection().start(RemoteCommand.of("rm -rf /")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("rm -rf /");
    }
}
