package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.SshSettings.ConfigSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whom we trust, against a real OpenSSH server with keys of three types. */
@Timeout(60)
class HostKeyTest {
    @TempDir
    static Path shared;

    private static OpenSshServer server;
    private static Path key;

    @TempDir
    Path home;

    private Path known;
    private SshSettings settings;
    private final FakePrompts prompts = new FakePrompts();

    @BeforeAll
    static void start() {
        server = OpenSshServer.startWithHostKeys(
                shared.resolve("sshd"), List.of("ed25519", "ecdsa", "rsa"), "LoginGraceTime 2");
        key = Keys.generate(shared.resolve("key"), "ed25519", "");
        server.authorize(key, "");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void settings() {
        known = home.resolve(".ssh/known_hosts");
        settings = SshSettings.of(home, System.getProperty("user.name"))
                .withConfig(ConfigSource.NONE, null, null)
                .withIdentityFile(key);
    }

    private void connect() {
        SshConnector.create(settings, prompts)
                .connect(HostAddress.parse("127.0.0.1:" + server.port()))
                .close();
    }

    private void knownHosts(String line) throws IOException {
        Files.createDirectories(known.getParent());
        Files.writeString(known, line + "\n");
    }

    private String name() {
        return "[127.0.0.1]:" + server.port();
    }

    @Test
    void asksOnceWithTheFingerprintThatTheHostShows() {
        prompts.trusting();
        connect();
        connect();
        String fingerprint = Keys.run(List.of(
                        "ssh-keygen",
                        "-lf",
                        shared.resolve("sshd/host_ed25519.pub").toString()))
                .split(" ")[1];
        assertThat(prompts.asked).containsExactly("trust 127.0.0.1:" + server.port() + " ssh-ed25519 " + fingerprint);
        assertThat(known).content().isEqualTo(name() + " " + server.hostKey("ed25519") + "\n");
    }

    @Test
    void whoSaysNoIsNotConnectedAndNothingIsFiled() {
        assertThatThrownBy(this::connect).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.what()).contains("is not known");
            assertThat(e.details()).anySatisfy(line -> assertThat(line).contains("SHA256:"));
            assertThat(e.cure()).hasValueSatisfying(cure -> assertThat(cure).contains("--accept-new-host-key"));
        });
        assertThat(prompts.asked).hasSize(1);
        assertThat(known).doesNotExist();
    }

    @Test
    void aSlowAnswerIsNoReasonToFail() {
        SshPrompts slow = new SshPrompts() {
            @Override
            public boolean trustHost(String host, String keyType, String fingerprint) {
                // Longer than the host waits for a login.
                OpenSshServer.sleep(3500);
                return true;
            }

            @Override
            public java.util.Optional<char[]> passphrase(String keyFile, int attempt) {
                return java.util.Optional.empty();
            }
        };
        SshConnector.create(settings, slow)
                .connect(HostAddress.parse("127.0.0.1:" + server.port()))
                .close();
        assertThat(known).exists();
    }

    @Test
    void acceptsNewHostsWhenTold() {
        settings = settings.withAcceptNewHostKeys(true);
        connect();
        assertThat(prompts.asked).isEmpty();
        assertThat(known).content().contains(server.hostKey("ed25519"));
    }

    @Test
    void aChangedKeyIsRefusedEvenThen() throws IOException {
        knownHosts(
                name() + " ssh-ed25519 " + SshKeyPair.generate("").publicKey().base64());
        settings = settings.withAcceptNewHostKeys(true);
        String before = Files.readString(known);
        assertThatThrownBy(this::connect).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.what()).contains("is not the one that is known").contains(known + ":1");
            assertThat(e.cure())
                    .hasValueSatisfying(cure -> assertThat(cure).contains("ssh-keygen -R '" + name() + "'"));
        });
        assertThat(prompts.asked).isEmpty();
        assertThat(known).content().isEqualTo(before);
    }

    @Test
    void aRevokedKeyIsRefused() throws IOException {
        knownHosts("@revoked * " + server.hostKey("ed25519") + "\n" + name() + " " + server.hostKey("ed25519"));
        assertThatThrownBy(this::connect).isInstanceOf(PocketException.class).hasMessageContaining("revoked");
    }

    @Test
    void aHostKnownOnlyByItsAuthorityIsExplained() throws IOException {
        knownHosts("@cert-authority * " + SshKeyPair.generate("").publicKey().bare());
        assertThatThrownBy(this::connect)
                .isInstanceOf(PocketException.class)
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.what()).contains("is not known");
                    assertThat(e.details()).anySatisfy(line -> assertThat(line).contains("certificate authority"));
                });
    }

    @Test
    void aHostKnownByAnyOneOfItsKeysIsTrusted() throws IOException {
        for (String type : List.of("rsa", "ecdsa", "ed25519")) {
            knownHosts(name() + " " + server.hostKey(type));
            connect();
        }
        assertThat(prompts.asked).isEmpty();
    }

    @Test
    void strictCheckingAsksNothing() throws IOException {
        Path config = Files.writeString(home.resolve("config"), "StrictHostKeyChecking yes\n");
        settings = settings.withConfig(ConfigSource.FILE, null, config);
        assertThatThrownBy(this::connect).isInstanceOf(PocketException.class).hasMessageContaining("is not known");
        assertThat(prompts.asked).isEmpty();
    }

    @Test
    void anAliasStandsForTheHost() throws IOException {
        Path config =
                Files.writeString(home.resolve("config"), "HostKeyAlias droplet\nStrictHostKeyChecking accept-new\n");
        settings = settings.withConfig(ConfigSource.FILE, null, config);
        connect();
        assertThat(known).content().startsWith("droplet ssh-ed25519 ");
        connect();
    }

    @Test
    void aHomeThatCannotBeWrittenIsNoReasonToFail() throws IOException {
        Files.writeString(home.resolve(".ssh"), "a file where the directory should be");
        settings = settings.withAcceptNewHostKeys(true);
        connect();
    }
}
