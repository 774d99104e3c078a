package dev.pocketpaas.core.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.pocketpaas.core.failure.PocketException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each reason for which an archive cannot be had. */
class ArchiveDownloadTest {
    private static final ArchiveLimits LIMITS = new ArchiveLimits(10, 1000, 100, 1000);

    @TempDir
    Path directory;

    private HttpServer server;
    private String base;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        base = "http://127.0.0.1:" + server.getAddress().getPort();
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            byte[] body = path.equals("/large") ? new byte[1001] : "archive".getBytes(StandardCharsets.UTF_8);
            String target = switch (path) {
                case "/moved" -> "/files/shop.tar.gz";
                case "/loop" -> "/loop";
                case "/file-scheme" -> "file:///etc/passwd";
                case "/nowhere" -> "";
                default -> null;
            };
            if (target != null && !target.isEmpty()) {
                exchange.getResponseHeaders().set("Location", target);
            }
            int status = path.matches("/[0-9]+") ? Integer.parseInt(path.substring(1)) : target == null ? 200 : 302;
            // Without a length where it is too large.
            exchange.sendResponseHeaders(status, path.equals("/large") ? 0 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private ArchiveDownload download() {
        return new ArchiveDownload(LIMITS, Duration.ofMillis(300));
    }

    @Test
    void redirectsAreFollowedAndTheLastNameCounts() throws IOException {
        Path file = directory.resolve("app");
        assertThat(download().fetch(base + "/moved?token=secret", file)).isEqualTo("shop.tar.gz");
        assertThat(Files.readString(file)).isEqualTo("archive");
    }

    @ParameterizedTest
    @CsvSource({
        "/401, wants a login (401), --archive -",
        "/403, wants a login (403), --archive -",
        "/404, has nothing there (404), check the address",
        "/429, wants us to wait (429), later",
        "/503, answers 503, later",
        "/418, answers 418, check the address",
        "/loop, redirects more than 5 times, check the address",
        "/file-scheme, redirects to file:, check the address",
        "/nowhere, redirects to nowhere, check the address",
        "/large, too large, leave out",
    })
    void eachReasonIsToldApart(String path, String said, String cure) {
        refused(base + path, said, cure);
    }

    @ParameterizedTest
    @CsvSource({
        "file:///etc/passwd, not by file",
        "ftp://example.com/a.tar, not by ftp",
        "https://ada:secret@example.com/a.tar, seen by every user",
        "http:///a.tar, is no address",
        "https://exa mple/a.tar, is no address",
    })
    void otherAddressesAreNotAskedAtAll(String url, String said) {
        assertThatThrownBy(() -> download().fetch(url, directory.resolve("app")))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining(said)
                .hasMessageNotContaining("secret");
    }

    @Test
    void aKeyInTheAddressIsNotPrinted() {
        assertThatThrownBy(() -> download().fetch(base + "/404?token=secret", directory.resolve("app")))
                .hasMessageContaining(base + "/404:")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aNameThatDoesNotResolveAndAServerThatIsAway() throws IOException {
        refused("http://no-such-host.invalid/app.tar", "does not resolve", "check the address");
        // A socket that has the port and does not listen: nobody else gets it meanwhile.
        try (Socket holder = new Socket()) {
            holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            refused("http://127.0.0.1:" + holder.getLocalPort() + "/app.tar", "cannot be reached", "network");
        }
    }

    /** One that is silent, and one that ends in the middle. */
    @Test
    void aServerThatIsSilentAndOneThatIsCutOff() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + socket.getLocalPort() + "/app.tar";
            refused(url, "nothing came for", "try again");
        }
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> cut = CompletableFuture.runAsync(() -> answerHalf(socket));
            refused("http://127.0.0.1:" + socket.getLocalPort() + "/app.tar", "of 100 bytes came", "try again");
            cut.join();
        }
    }

    private static void answerHalf(ServerSocket socket) {
        try (Socket connection = socket.accept()) {
            connection.getInputStream().read(new byte[4096]);
            connection
                    .getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void whatComesOnStandardInputIsKeptForAWhileAndBounded() throws IOException {
        Path kept;
        try (ArchiveFile file = ArchiveFile.kept("standard input", LIMITS, new ByteArrayInputStream(new byte[1000]))) {
            kept = file.path();
            assertThat(Files.size(kept)).isEqualTo(1000);
        }
        assertThat(kept).doesNotExist();
        assertThatThrownBy(() -> ArchiveFile.kept("standard input", LIMITS, new ByteArrayInputStream(new byte[1001])))
                .hasMessageContaining("standard input is too large");
    }

    @Test
    void aFileThatIsNotThereAndADirectory() {
        assertThatThrownBy(() -> ArchiveFile.open("no.zip", new ByteArrayInputStream(new byte[0]), directory::resolve))
                .hasMessageContaining("cannot read the archive no.zip");
        assertThatThrownBy(() -> ArchiveFile.open(".", new ByteArrayInputStream(new byte[0]), directory::resolve))
                .hasMessageContaining("is a directory");
    }

    private void refused(String url, String said, String cure) {
        assertThatThrownBy(() -> download().fetch(url, directory.resolve("app")))
                .isInstanceOfSatisfying(
                        PocketException.class,
                        refusal -> assertThat(refusal.cure())
                                .hasValueSatisfying(text -> assertThat(text).contains(cure)))
                .hasMessageContaining(said);
    }
}
