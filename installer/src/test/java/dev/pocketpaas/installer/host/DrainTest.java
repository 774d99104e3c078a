package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrainTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @TempDir
    Path directory;

    @Test
    void anOpenConnectionIsARequestThatIsStillAnswered() throws IOException {
        ReleaseShell shell = new ReleaseShell(directory);
        try (ServerSocket web = new ServerSocket(0, 5, HERE);
                ServerSocket other = new ServerSocket(0, 5, HERE)) {
            String look = "drain_busy 127.0.0.1:" + other.getLocalPort() + " 127.0.0.1:" + web.getLocalPort()
                    + " && echo busy || echo quiet";

            assertThat(shell.run(look)).containsExactly("quiet");
            try (Socket request = new Socket(HERE, web.getLocalPort())) {
                assertThat(request.isConnected()).isTrue();
                assertThat(shell.run(look)).containsExactly("busy");
            }
        }
    }

    /** Else a machine without the program would cut off what it cannot see. */
    @Test
    void whoCannotAskTakesItThatThereIsARequest() throws IOException {
        assertThat(new ReleaseShell(directory)
                        .run("ss() { return 127; }; drain_busy 127.0.0.1:1 && echo busy || echo quiet"))
                .containsExactly("busy");
    }
}
