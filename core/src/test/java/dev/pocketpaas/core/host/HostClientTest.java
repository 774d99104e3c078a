package dev.pocketpaas.core.host;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.app.HostState;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HostClientTest {
    @Test
    void aQueryThatEndsInTheMiddleOfItsTreeStillSaysWhy() {
        byte[] answer =
                "protocol\0001\0app/exists\0yes\0+fail\tstate-damaged\tapps/shop/live is missing\n+hint\tlook at it\n"
                        .getBytes(StandardCharsets.UTF_8);
        HostClient host = new HostClient(new FakeSshConnection().on("pocketpaas/1 hello", answer, "", 1));

        assertThatThrownBy(() -> HostState.ask(host)).hasMessageContaining("apps/shop/live is missing");
    }
}
