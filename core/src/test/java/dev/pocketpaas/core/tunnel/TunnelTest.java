package dev.pocketpaas.core.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.ServiceStreams;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TunnelTest {
    private static final String CONNECT = "pocketpaas/1 service-stream connect db shop";

    private final List<FakeSshConnection> opened = new CopyOnWriteArrayList<>();
    private final BlockingQueue<PocketException> troubles = new LinkedBlockingQueue<>();
    private FakeSshConnection.Handler server = TunnelTest::echo;
    private Tunnel tunnel;
    private Thread serving;

    @AfterEach
    void closed() {
        if (tunnel != null) {
            tunnel.close();
        }
    }

    @Test
    void whatIsSentComesToTheServiceAndItsAnswerComesBackAfterTheEnd() throws Exception {
        server = (in, out, err) -> {
            byte[] all = in.readAllBytes();
            out.write(("got " + all.length).getBytes(StandardCharsets.UTF_8));
            return 0;
        };
        open();

        try (Socket client = client()) {
            client.getOutputStream().write(new byte[300_000]);
            client.shutdownOutput();
            assertThat(text(client)).isEqualTo("got 300000");
        }
        assertThat(opened.get(0).commands()).containsExactly(CONNECT);
    }

    @Test
    void manyAtOnceShareAFewSshConnections() throws Exception {
        open();
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            clients.add(client());
        }
        for (Socket client : clients) {
            client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
        }
        for (Socket client : clients) {
            assertThat(new String(client.getInputStream().readNBytes(5), StandardCharsets.UTF_8))
                    .isEqualTo("hello");
        }
        assertThat(opened).hasSize(4);
        assertThat(opened).allMatch(connection -> connection.commands().size() <= 8);

        for (Socket client : clients) {
            client.close();
        }
        await(() -> opened.stream().filter(FakeSshConnection::isClosed).count() == 3);
        assertThat(troubles).isEmpty();
    }

    @Test
    void aLostSshConnectionIsToldOnceAndReplaced() throws Exception {
        server = (in, out, err) -> opened.size() == 1 ? 255 : echo(in, out, err);
        open();
        try (Socket client = client()) {
            assertThat(text(client)).isEmpty();
        }

        assertThat(troubles.poll(10, TimeUnit.SECONDS)).hasMessageContaining("the connection to the host was lost");
        try (Socket client = client()) {
            client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            assertThat(text(client)).isEqualTo("hello");
        }
        assertThat(opened).hasSize(2);
        assertThat(troubles).isEmpty();
    }

    @Test
    void whyTheHostRefusesIsTold() throws Exception {
        server = (in, out, err) -> {
            err.write("+fail\tservice-stopped\tthe service db does not run\n".getBytes(StandardCharsets.UTF_8));
            return 4;
        };
        open();
        try (Socket client = client()) {
            assertThat(text(client)).isEmpty();
        }

        assertThat(troubles.poll(10, TimeUnit.SECONDS)).hasMessageContaining("the service db does not run");
        assertThat(opened).hasSize(1);
    }

    @Test
    void aPortThatIsTakenIsRefused() {
        open();

        assertThatThrownBy(() -> Tunnel.listen(tunnel.port(), this::host, host -> null, troubles::add))
                .isInstanceOfSatisfying(PocketException.class, refused -> {
                    assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
                    assertThat(refused).hasMessageContaining("is in use");
                });
    }

    @Test
    void anInterruptionEndsItAndFreesThePort() throws Exception {
        open();
        int port = tunnel.port();
        Socket client = client();
        client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
        client.getInputStream().readNBytes(5);

        serving.interrupt();
        serving.join();

        assertThat(text(client)).isEmpty();
        assertThat(opened).allMatch(FakeSshConnection::isClosed);
        Tunnel.listen(port, this::host, host -> null, troubles::add).close();
        assertThat(troubles).isEmpty();
    }

    private void open() {
        HostClient first = host();
        tunnel = Tunnel.listen(
                0,
                this::host,
                host -> new ServiceStreams(host).connect(new ServiceName("db"), AppName.parse("shop")),
                troubles::add);
        serving = new Thread(() -> tunnel.serve(first));
        serving.setDaemon(true);
        serving.start();
    }

    private HostClient host() {
        FakeSshConnection connection = new FakeSshConnection().on(CONNECT, server);
        opened.add(connection);
        return new HostClient(connection);
    }

    private Socket client() throws IOException {
        return new Socket(InetAddress.getByName("127.0.0.1"), tunnel.port());
    }

    private static String text(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static int echo(InputStream in, OutputStream out, OutputStream err) throws IOException {
        byte[] piece = new byte[1000];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
            out.write(piece, 0, n);
        }
        return 0;
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        org.assertj.core.api.Assertions.assertThatNoException().isThrownBy(() -> {
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("it does not come about");
                }
                Thread.onSpinWait();
            }
        });
    }
}
