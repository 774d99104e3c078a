package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.SshSettings.ConfigSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.command.AbstractCommandSupport;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are strict, silent, slow, dead or no SSH servers at all. */
@Timeout(90)
class OddServersTest {
    /** For servers that never answer. */
    private static final Duration SHORT = Duration.ofSeconds(2);
    /** For those that do, on a machine that has much else to do. */
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path home;

    private Path key;
    private SshSettings settings;

    @BeforeEach
    void settings() {
        key = Keys.generate(home.resolve("key"), "ed25519", "");
        settings = SshSettings.of(home, System.getProperty("user.name"))
                .withConfig(ConfigSource.NONE, null, null)
                .withConnectTimeout(SHORT)
                .withAcceptNewHostKeys(true)
                .withIdentityFile(key);
    }

    private SshConnection connect(int port) {
        return connect(port, LONG);
    }

    private SshConnection connect(int port, Duration greeting) {
        return new SshjConnector(settings.withConnectTimeout(greeting), SshPrompts.refusing(), greeting)
                .connect(HostAddress.parse("127.0.0.1:" + port));
    }

    private static String run(SshConnection connection, String command) throws Exception {
        try (RemoteProcess process = connection.start(RemoteCommand.of(command))) {
            process.stdin().close();
            String out = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return out;
        }
    }

    private static void unreachable(Runnable action, String... why) {
        assertThatThrownBy(action::run).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.what()).contains(why);
            assertThat(e.cure()).isPresent();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Ciphers aes128-ctr",
                "Ciphers aes256-gcm@openssh.com",
                "Ciphers chacha20-poly1305@openssh.com",
                "KexAlgorithms ecdh-sha2-nistp256",
                "KexAlgorithms diffie-hellman-group16-sha512",
                "KexAlgorithms diffie-hellman-group-exchange-sha256",
                "MACs hmac-sha1\nCiphers aes256-ctr",
                "MACs hmac-sha1-etm@openssh.com\nCiphers aes128-ctr",
                "RekeyLimit 512K"
            })
    void serversThatAreStrictInOneThing(String setting) throws Exception {
        List<String> keys = setting.startsWith("Kex") ? List.of("ecdsa") : List.of("rsa");
        try (OpenSshServer server = OpenSshServer.startWithHostKeys(home.resolve("sshd"), keys, setting)) {
            server.authorize(key, "");
            try (SshConnection connection = connect(server.port())) {
                assertThat(run(connection, "head -c 2500000 /dev/zero | tr '\\0' x"))
                        .hasSize(2_500_000);
                try (RemoteProcess process = connection.start(RemoteCommand.of("wc -c"))) {
                    try (OutputStream stdin = process.stdin()) {
                        stdin.write(new byte[1_500_000]);
                    }
                    assertThat(process.stdout().readAllBytes()).asString().startsWith("1500000");
                }
            }
        }
    }

    @Test
    void aServerWithNothingInCommonIsExplained() {
        try (OpenSshServer server =
                OpenSshServer.start(home.resolve("sshd"), "KexAlgorithms sntrup761x25519-sha512@openssh.com")) {
            unreachable(() -> connect(server.port()), "key exchange", "in common");
        }
    }

    @Test
    void tooFewSessionsAreExplained() {
        try (OpenSshServer server = OpenSshServer.start(home.resolve("sshd"), "MaxSessions 1")) {
            server.authorize(key, "");
            try (SshConnection connection = connect(server.port())) {
                RemoteProcess first = connection.start(RemoteCommand.of("sleep 60"));
                unreachable(() -> connection.start(RemoteCommand.of("true")), "does not start a command");
                first.close();
            }
        }
    }

    @Test
    void nobodyListens() throws IOException {
        int port = OpenSshServer.freePort();
        unreachable(() -> connect(port), "nothing answers on TCP port " + port);
    }

    @Test
    void aNameThatDoesNotExist() {
        unreachable(
                () -> new SshjConnector(settings, SshPrompts.refusing())
                        .connect(HostAddress.parse("no-such-host.invalid")),
                "no-such-host.invalid",
                "cannot be found");
    }

    private void serve(Consumer<Socket> behaviour, String... why) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                try {
                    while (true) {
                        behaviour.accept(server.accept());
                    }
                } catch (IOException e) {
                    // The test is over.
                    return;
                }
            });
            thread.setDaemon(true);
            thread.start();
            long start = System.nanoTime();
            unreachable(() -> connect(server.getLocalPort(), SHORT), why);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void aServerThatSaysNothing() throws IOException {
        // Nobody must forget the sockets: Java would close them.
        List<Socket> kept = new CopyOnWriteArrayList<>();
        serve(kept::add, "says nothing within 2 s");
    }

    @Test
    void aServerThatTurnsUsAwayForAWhile() throws IOException {
        serve(
                socket -> {
                    says(socket, "Not allowed at this time\r\n");
                    Dial.closeQuietly(socket);
                },
                "takes no connection from your address for now, after logins that failed");
        serve(
                socket -> {
                    says(socket, "Exceeded MaxStartups\r\n");
                    Dial.closeQuietly(socket);
                },
                "has too many logins at once");
    }

    @Test
    void aServerThatHangsUpAtOnce() throws IOException {
        serve(Dial::closeQuietly, "closes the connection before it says anything");
    }

    private static void says(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aServerThatSaysItsVersionAndThenNothing() throws IOException {
        List<Socket> kept = new CopyOnWriteArrayList<>();
        settings = settings.withConfig(
                ConfigSource.FILE, null, Files.writeString(home.resolve("config"), "ConnectTimeout 1\n"));
        serve(
                socket -> {
                    kept.add(socket);
                    says(socket, "SSH-2.0-OpenSSH_9.2\r\n");
                },
                "does not finish the login within 1 s");
    }

    @Test
    void aServerOfTheOldVersion() throws IOException {
        List<Socket> kept = new CopyOnWriteArrayList<>();
        serve(
                socket -> {
                    kept.add(socket);
                    says(socket, "SSH-1.5-OpenSSH_3.0\r\n");
                },
                "only the old version 1 of SSH");
    }

    @Test
    void aServerThatGreetsAndWaits() throws IOException {
        List<Socket> kept = new CopyOnWriteArrayList<>();
        serve(
                socket -> {
                    kept.add(socket);
                    says(socket, "220 ProFTPD Server ready.\r\n");
                },
                "is not an SSH server");
    }

    @Test
    void addressesThatTheConfigurationRulesOut() throws IOException {
        Path config = home.resolve("config");
        settings = settings.withConfig(ConfigSource.FILE, null, Files.writeString(config, "AddressFamily inet6\n"));
        unreachable(() -> connect(22), "no address of the kind", "AddressFamily");
        Files.writeString(config, "BindAddress 203.0.113.77\n");
        unreachable(() -> connect(22), "cannot connect from 203.0.113.77", "BindAddress");
    }

    @Test
    void aServerOfAnotherKind() throws IOException {
        serve(
                socket -> {
                    try {
                        socket.getOutputStream()
                                .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                        socket.close();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                },
                "is not an SSH server");
    }

    @Test
    void signalsAreSentByName() throws Exception {
        try (SshServer server = SshServer.setUpDefaultServer()) {
            server.setHost("127.0.0.1");
            server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider(home.resolve("mina")));
            server.setPublickeyAuthenticator((user, offered, session) -> true);
            CompletableFuture<String> heard = new CompletableFuture<>();
            server.setCommandFactory((channel, command) -> new AbstractCommandSupport(command, null) {
                @Override
                public void run() {
                    getEnvironment().addSignalListener((c, signal) -> {
                        heard.complete(signal.name());
                        onExit(9);
                    });
                    try {
                        getOutputStream().write('!');
                        getOutputStream().flush();
                    } catch (IOException e) {
                        heard.completeExceptionally(e);
                    }
                }
            });
            server.start();
            try (SshConnection connection = connect(server.getPort());
                    RemoteProcess process = connection.start(RemoteCommand.of("anything"))) {
                assertThat(process.stdout().read()).isEqualTo('!');
                process.signal("TERM");
                assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo("TERM");
                assertThat(process.waitFor()).isEqualTo(9);
            }
        }
    }

    @Test
    void aDeadLineIsNoticed() throws Exception {
        Path config = Files.writeString(home.resolve("config"), "ServerAliveInterval 1\nServerAliveCountMax 2\n");
        settings = settings.withConfig(ConfigSource.FILE, null, config);
        AtomicBoolean dead = new AtomicBoolean();
        try (OpenSshServer server = OpenSshServer.start(home.resolve("sshd"));
                ServerSocket front = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.authorize(key, "");
            Thread proxy = new Thread(() -> {
                try {
                    Socket near = front.accept();
                    Socket far = new Socket(InetAddress.getLoopbackAddress(), server.port());
                    pump(near.getInputStream(), far.getOutputStream(), dead);
                    pump(far.getInputStream(), near.getOutputStream(), dead);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            proxy.setDaemon(true);
            proxy.start();
            try (SshConnection connection = connect(front.getLocalPort());
                    RemoteProcess process = connection.start(RemoteCommand.of("sleep 100"))) {
                long start = System.nanoTime();
                dead.set(true);
                assertThat(process.waitFor()).isEqualTo(255);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
            }
        }
    }

    private static void pump(InputStream in, OutputStream out, AtomicBoolean dead) {
        Thread thread = new Thread(() -> {
            byte[] buffer = new byte[8192];
            try {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (!dead.get()) {
                        out.write(buffer, 0, n);
                    }
                }
            } catch (IOException e) {
                // One side has gone; so goes the other.
                return;
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
