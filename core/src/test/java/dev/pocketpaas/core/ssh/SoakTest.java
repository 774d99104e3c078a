package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.SshSettings.ConfigSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One connection for long: a thousand commands, a gigabyte each way, and new session keys every few megabytes. */
@Tag("soak")
@Timeout(1200)
class SoakTest {
    private static final int COMMANDS = 1000;
    private static final long BYTES = 1L << 30;
    private static final int REKEYS = 50;

    @TempDir
    Path home;

    @ParameterizedTest
    @EnumSource(
            value = SshSettings.Transport.class,
            names = {"BUILT_IN", "OPENSSH"})
    void aThousandCommandsAndAGigabyteEachWay(SshSettings.Transport transport) throws Exception {
        try (OpenSshServer server =
                OpenSshServer.start(home.resolve("sshd"), "RekeyLimit 16M\nLogLevel DEBUG1\nMaxSessions 100")) {
            Path key = Keys.generate(home.resolve("key"), "ed25519", "");
            server.authorize(key, "");
            Path known = Files.writeString(home.resolve("known_hosts"), server.knownHostsLine());
            // Asks every second whether the host is there: what came in between must not confuse a new key.
            Path config = Files.writeString(home.resolve("config"), "ServerAliveInterval 1\n");
            SshSettings settings = SshSettings.of(home, System.getProperty("user.name"))
                    .withConfig(ConfigSource.FILE, Path.of("/usr/bin/ssh"), config)
                    .withTransport(transport)
                    .withIdentityFile(key)
                    .withKnownHosts(known);
            try (SshConnection connection = SshConnector.create(settings, SshPrompts.refusing())
                    .connect(HostAddress.parse("127.0.0.1:" + server.port()))) {
                CompletableFuture<Long> down = CompletableFuture.supplyAsync(() -> download(connection));
                CompletableFuture<String> up = CompletableFuture.supplyAsync(() -> upload(connection));
                for (int i = 0; i < COMMANDS; i++) {
                    assertThat(Laptop.run(connection, "echo " + i)).isEqualTo(i + "\n");
                }
                assertThat(down.get()).isEqualTo(BYTES);
                assertThat(up.get().strip()).isEqualTo(String.valueOf(BYTES));
                assertThat(connection.channelsOpened()).isEqualTo(COMMANDS + 2);
                assertThat(server.log().lines().filter(line -> line.contains("SSH2_MSG_NEWKEYS sent")))
                        .as("new session keys")
                        .hasSizeGreaterThan(REKEYS);
                assertThat(server.log().lines().filter(line -> line.contains("Accepted publickey")))
                        .as("logins")
                        .hasSize(1);
            }
        }
    }

    private static long download(SshConnection connection) {
        try (RemoteProcess process = connection.start(RemoteCommand.of("head -c " + BYTES + " /dev/zero"))) {
            process.stdin().close();
            long count = 0;
            byte[] buffer = new byte[65536];
            InputStream in = process.stdout();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                count += n;
            }
            assertThat(process.waitFor()).isZero();
            return count;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String upload(SshConnection connection) {
        try (RemoteProcess process = connection.start(RemoteCommand.of("wc -c"))) {
            byte[] block = new byte[1 << 20];
            try (OutputStream out = process.stdin()) {
                for (long sent = 0; sent < BYTES; sent += block.length) {
                    out.write(block);
                }
            }
            return new String(process.stdout().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
