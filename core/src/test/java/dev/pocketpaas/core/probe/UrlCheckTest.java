package dev.pocketpaas.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class UrlCheckTest {
    private final UrlCheck check = new UrlCheck(Duration.ofSeconds(20));

    @Test
    void anAnswerIsSeenWithItsStatusAndTheNameIsSent() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        AtomicReference<String> host = new AtomicReference<>();
        server.createContext("/", exchange -> {
            host.set(exchange.getRequestHeaders().getFirst("Host"));
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        server.start();
        try {
            int port = server.getAddress().getPort();

            assertThat(check.look("http://shop.localhost:" + port)).hasValueSatisfying(seen -> {
                assertThat(seen.answered()).isTrue();
                assertThat(seen.status()).isEqualTo(503);
                assertThat(seen.text()).isEqualTo("Fetched from here: 503 Service Unavailable");
            });
            assertThat(host).hasValue("shop.localhost:" + port);
        } finally {
            server.stop(0);
        }
    }

    /** As nginx before 1.29 passes them on. */
    @Test
    void earlyHintsAreNamedAsNoBrowserSeesThePage() throws IOException, InterruptedException {
        assertThat(answered("HTTP/1.1 103 Early Hints\r\nServer: nginx\r\nLink: </a.css>\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
                .satisfies(seen -> {
                    assertThat(seen.status()).isEqualTo(200);
                    assertThat(seen.text())
                            .startsWith(
                                    "Fetched from here: 200 OK, after early hints (103): nginx cannot pass them on");
                });
        assertThat(answered("HTTP/1.1 103 Early Hints\r\n\r\n").text())
                .startsWith("Fetched from here: 103 Early Hints, after early hints");
    }

    private UrlCheck.Seen answered(String answer) throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            thread.start();
            UrlCheck.Seen seen =
                    check.look("http://shop.localhost:" + server.getLocalPort()).orElseThrow();
            thread.join();
            return seen;
        }
    }

    @Test
    void aClosedPortIsNamed() throws IOException {
        // A socket that has the port and does not listen: nobody else gets it meanwhile.
        try (Socket holder = new Socket()) {
            holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = holder.getLocalPort();
            assertThat(check.look("http://shop.localhost:" + port)).hasValueSatisfying(seen -> {
                assertThat(seen.answered()).isFalse();
                assertThat(seen.text())
                        .contains("port " + port + " cannot be reached from here")
                        .contains("firewall");
            });
        }
    }

    @Test
    void whateverSpeaksNoHttpIsNotTheApp() throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                try (Socket socket = server.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream().write("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    // The assertion below tells.
                }
            });
            thread.start();

            assertThat(check.look("http://shop.localhost:" + server.getLocalPort()))
                    .hasValueSatisfying(seen -> assertThat(seen.text()).contains("but not with HTTP"));
            thread.join();
        }
    }

    @Test
    void aNameThatDoesNotResolveIsSaidToBeOne() {
        assertThat(check.look("http://shop.invalid"))
                .hasValueSatisfying(seen -> assertThat(seen.text()).startsWith("shop.invalid does not resolve"));
    }

    @Test
    void onlyHttpIsLookedAt() {
        assertThat(check.look("ftp://shop.example.com")).isEmpty();
        assertThat(check.look("not a url")).isEmpty();
        assertThat(check.look("")).isEmpty();
    }
}
