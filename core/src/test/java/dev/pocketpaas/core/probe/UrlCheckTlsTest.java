package dev.pocketpaas.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UrlCheckTlsTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path directory;

    @BeforeEach
    void makeAnAuthority() throws IOException, InterruptedException {
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=Tea", "-ext", "bc:c", "-validity", "900");
        keytool("-exportcert", "-alias", "ca", "-file", "ca.crt");
    }

    @Test
    void anAnswerByHttpsIsSeen() throws Exception {
        assertThat(seen("shop.localhost", "-validity", "30").text()).isEqualTo("Fetched from here: 200 OK");
    }

    @Test
    void aCertificateThatHasExpiredIsNamed() throws Exception {
        UrlCheck.Seen seen = seen("shop.localhost", "-startdate", "-60d", "-validity", "30");

        assertThat(seen.answered()).isFalse();
        assertThat(seen.text()).startsWith("the app works on the host, but its certificate has expired");
    }

    @Test
    void aCertificateForAnotherNameIsNamed() throws Exception {
        assertThat(seen("other.localhost", "-validity", "30").text())
                .startsWith("the app works on the host, but its certificate is not for shop.localhost");
    }

    @Test
    void anAuthorityThatIsNotKnownIsNamed() throws Exception {
        HttpsServer server = server("shop.localhost", "-validity", "30");
        try {
            assertThat(new UrlCheck(LIMIT).look("https://shop.localhost:" + port(server)))
                    .hasValueSatisfying(seen -> {
                        assertThat(seen.answered()).isFalse();
                        assertThat(seen.text()).contains("from an authority that this machine does not know");
                    });
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whateverSpeaksNoTlsIsSaid() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                try (Socket socket = server.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream().write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    // The assertion below tells.
                }
            });
            thread.start();

            assertThat(new UrlCheck(LIMIT).look("https://shop.localhost:" + server.getLocalPort()))
                    .hasValueSatisfying(seen -> assertThat(seen.text()).contains("HTTPS fails from here: "));
            thread.join();
        }
    }

    private UrlCheck.Seen seen(String name, String... validity) throws Exception {
        HttpsServer server = server(name, validity);
        try {
            return new UrlCheck(LIMIT, this::trusting)
                    .look("https://shop.localhost:" + port(server))
                    .orElseThrow();
        } finally {
            server.stop(0);
        }
    }

    private HttpsServer server(String name, String... validity) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "-genkeypair", "-alias", "leaf", "-signer", "ca", "-dname", "CN=leaf", "-ext", "san=dns:" + name));
        words.addAll(List.of(validity));
        keytool(words.toArray(String[]::new));
        keytool("-delete", "-alias", "ca");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve("keys.p12"))) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static int port(HttpsServer server) {
        return server.getAddress().getPort();
    }

    private SSLSocketFactory trusting() {
        try (InputStream in = Files.newInputStream(directory.resolve("ca.crt"))) {
            KeyStore known = KeyStore.getInstance(KeyStore.getDefaultType());
            known.load(null, PASSWORD);
            known.setCertificateEntry(
                    "ca",
                    java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(known);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void keytool(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(words));
        command.addAll(List.of("-keystore", "keys.p12", "-storetype", "PKCS12", "-storepass", "changeit"));
        if (words[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        }
        Path log = directory.resolve("keytool.log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }
}
