package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.SshSettings.ConfigSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys of all kinds, from files and from a real ssh-agent, at a real OpenSSH server. */
@Timeout(90)
class LoginTest {
    @TempDir
    static Path shared;

    private static OpenSshServer server;

    @TempDir
    Path home;

    private SshSettings settings;
    private final FakePrompts prompts = new FakePrompts();
    private final List<Process> agents = new ArrayList<>();

    @BeforeAll
    static void start() {
        server = OpenSshServer.start(shared.resolve("sshd"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void settings() throws IOException {
        Files.createDirectories(home.resolve(".ssh"));
        Path known = Files.writeString(home.resolve("known_hosts"), server.knownHostsLine());
        settings = SshSettings.of(home, System.getProperty("user.name"))
                .withConfig(ConfigSource.NONE, null, null)
                .withKnownHosts(known);
    }

    @AfterEach
    void endAgents() {
        agents.forEach(Process::destroyForcibly);
    }

    private String connect() {
        try (SshConnection connection =
                SshConnector.create(settings, prompts).connect(HostAddress.parse("127.0.0.1:" + server.port()))) {
            return connection.authenticatedKey();
        }
    }

    private Path key(String name, String type, String passphrase, String... more) {
        return Keys.generate(home.resolve(".ssh").resolve(name), type, passphrase, more);
    }

    private static String bare(Path key) throws IOException {
        String[] words = Files.readString(Path.of(key + ".pub")).strip().split(" ");
        return words[0] + " " + words[1];
    }

    private Path agent(Path... keys) throws IOException {
        Path socket = home.resolve("agent" + agents.size());
        Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        agents.add(agent);
        for (Path key : keys) {
            List<String> add = List.of("env", "SSH_AUTH_SOCK=" + socket, "ssh-add", "-q", key.toString());
            for (int attempt = 1; ; attempt++) {
                Process process =
                        new ProcessBuilder(add).redirectErrorStream(true).start();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (said.isEmpty()) {
                    break;
                }
                // The agent needs a moment to listen.
                assertThat(attempt).as(said).isLessThan(250);
                OpenSshServer.sleep(20);
            }
        }
        return socket;
    }

    @ParameterizedTest
    @CsvSource({
        "ed25519, , ",
        "ecdsa, 256, ",
        "ecdsa, 384, ",
        "ecdsa, 521, ",
        "rsa, 2048, ",
        "rsa, 2048, PEM",
        "rsa, 2048, PKCS8",
        "ecdsa, 256, PEM",
        "ecdsa, 256, PKCS8"
    })
    void keyFilesOfEveryKindWithAndWithoutAPassphrase(String type, String bits, String format) throws IOException {
        List<String> options = new ArrayList<>();
        if (bits != null) {
            options.addAll(List.of("-b", bits));
        }
        if (format != null) {
            options.addAll(List.of("-m", format));
        }
        for (String passphrase : List.of("", format == null ? "open sesame ü" : "open sesame")) {
            Path key = key("id_" + passphrase.length(), type, passphrase, options.toArray(String[]::new));
            server.authorize(key, "");
            String expected = bare(key);
            settings = settings.withIdentityFile(key);
            prompts.withPassphrases(passphrase.isEmpty() ? new String[0] : new String[] {passphrase, passphrase});
            assertThat(connect()).isEqualTo(expected);
            // And with nothing beside it.
            Files.delete(Path.of(key + ".pub"));
            assertThat(connect()).isEqualTo(expected);
        }
        assertThat(prompts.asked).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"aes256-ctr", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-cbc"})
    void keyFilesEncryptedInEveryWay(String cipher) throws IOException {
        Path key = key("id_ed25519", "ed25519", "secret", "-Z", cipher);
        server.authorize(key, "");
        prompts.withPassphrases("secret");
        assertThat(connect()).isEqualTo(bare(key));
    }

    @Test
    void theUsualFilesAreTriedInOrder() throws IOException {
        key("id_ed25519", "ed25519", "");
        Path second = key("id_ecdsa", "ecdsa", "");
        Path third = key("id_rsa", "rsa", "");
        server.authorize(second, "");
        server.authorize(third, "");
        assertThat(connect()).isEqualTo(bare(second));
    }

    @Test
    void nobodyIsAskedForAKeyThatTheHostDoesNotKnow() throws IOException {
        Path locked = key("id_ed25519", "ed25519", "secret");
        Files.delete(Path.of(locked + ".pub"));
        Path good = key("id_rsa", "rsa", "");
        server.authorize(good, "");
        assertThat(connect()).isEqualTo(bare(good));
        assertThat(prompts.asked).isEmpty();
    }

    @Test
    void aPassphraseMayBeWrongTwice() throws IOException {
        Path key = key("id_ed25519", "ed25519", "secret");
        server.authorize(key, "");
        prompts.withPassphrases("wrong", "also wrong", "secret");
        assertThat(connect()).isEqualTo(bare(key));
        assertThat(prompts.asked)
                .containsExactly(
                        "passphrase ~/.ssh/id_ed25519 1",
                        "passphrase ~/.ssh/id_ed25519 2",
                        "passphrase ~/.ssh/id_ed25519 3");
    }

    @Test
    void aWrongPassphraseIsToldAndNeverShown() {
        Path key = key("id_ed25519", "ed25519", "secret");
        server.authorize(key, "");
        prompts.withPassphrases("hunter1", "hunter2", "hunter3", "hunter4");
        assertThatThrownBy(this::connect).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.details()).anySatisfy(line -> assertThat(line).contains("wrong passphrase"));
            assertThat(e.toString() + e.details()).doesNotContain("hunter");
        });
        assertThat(prompts.asked).hasSize(3);
    }

    @Test
    void aPassphraseThatAnOldFormatCannotTakeIsExplained() {
        Path key = key("id_rsa", "rsa", "geheim ü", "-m", "PEM");
        server.authorize(key, "");
        prompts.withPassphrases("geheim ü");
        assertThatThrownBy(this::connect)
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.details())
                                .anySatisfy(line ->
                                        assertThat(line).contains("ASCII").contains("ssh-keygen -p")));
    }

    @Test
    void anEncryptedKeyThatTheHostTakesAndNobodyToAsk() {
        Path key = key("id_ed25519", "ed25519", "secret");
        server.authorize(key, "");
        prompts.alone();
        assertThatThrownBy(this::connect).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.what()).contains("takes the key ~/.ssh/id_ed25519, but it is encrypted");
            assertThat(e.cure()).hasValueSatisfying(cure -> assertThat(cure).contains("ssh-add ~/.ssh/id_ed25519"));
        });
    }

    @Test
    void anAgentThatIsLockedIsThoughtOf() throws IOException {
        Path key = key("other", "ed25519", "");
        settings = settings.withAgentSocket(agent(key));
        Keys.run(List.of("env", "SSH_AUTH_SOCK=" + home.resolve("agent0"), "ssh-add", "-q", "-D"));
        assertThatThrownBy(this::connect)
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.details())
                                .anySatisfy(line -> assertThat(line).contains("ssh-add -X")));
    }

    @Test
    void aKeyThatOthersCanReadIsWarnedOf() throws IOException {
        Path key = key("id_ed25519", "ed25519", "");
        server.authorize(key, "");
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(connect()).isEqualTo(bare(key));
        assertThat(prompts.told)
                .containsExactly("warning: other users can read the private key ~/.ssh/id_ed25519: chmod 600"
                        + " ~/.ssh/id_ed25519");
    }

    @Test
    void noPassphraseNoKey() {
        Path key = key("id_ed25519", "ed25519", "secret");
        server.authorize(key, "");
        assertThatThrownBy(this::connect)
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.details())
                                .anySatisfy(line -> assertThat(line)
                                        .contains("~/.ssh/id_ed25519")
                                        .contains("no passphrase")));
    }

    @Test
    void aRefusalNamesTheKeysThatWereTried() {
        Path one = key("id_ed25519", "ed25519", "");
        Path two = key("id_rsa", "rsa", "");
        assertThatThrownBy(this::connect).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.what()).contains("accepts none of your SSH keys");
            assertThat(e.details()).hasSize(2);
            assertThat(e.details().get(0)).contains("~/.ssh/id_ed25519").contains(fingerprint(one));
            assertThat(e.details().get(1)).contains("~/.ssh/id_rsa").contains(fingerprint(two));
            assertThat(e.cure()).isPresent();
        });
    }

    private static String fingerprint(Path key) {
        return Keys.run(List.of("ssh-keygen", "-lf", key + ".pub")).split(" ")[1];
    }

    @Test
    void withoutAnyKeyTheCureIsToMakeOne() {
        assertThatThrownBy(this::connect).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.what()).contains("no SSH key");
            assertThat(e.cure()).hasValueSatisfying(cure -> assertThat(cure).contains("ssh-keygen"));
        });
    }

    @Test
    void aKeyNamedForTheRunIsTheOnlyOne() throws IOException {
        Path usual = key("id_ed25519", "ed25519", "");
        server.authorize(usual, "");
        Path named = key("ci", "ed25519", "");
        settings = settings.withIdentityFile(named).withAgentSocket(agent(usual));
        assertThatThrownBy(this::connect)
                .isInstanceOfSatisfying(
                        PocketException.class, e -> assertThat(e.details()).hasSize(1));
        server.authorize(named, "");
        assertThat(connect()).isEqualTo(bare(named));
        settings = settings.withIdentityFile(home.resolve("missing"));
        assertThatThrownBy(this::connect).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.what()).contains("missing").contains("no such file");
        });
    }

    @Test
    void filesThatAreNoKeysAreNamedAndPassedOver() throws IOException {
        Files.writeString(
                home.resolve(".ssh/id_ed25519"),
                "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
        Files.writeString(home.resolve(".ssh/id_ecdsa"), "hello");
        Path good = key("id_rsa", "rsa", "");
        server.authorize(good, "");
        assertThat(connect()).isEqualTo(bare(good));
    }

    @ParameterizedTest
    @CsvSource({"ed25519", "ecdsa", "rsa"})
    void theAgentSigns(String type) throws IOException {
        Path key = Keys.generate(home.resolve("elsewhere"), type, "");
        server.authorize(key, "");
        settings = settings.withAgentSocket(agent(key));
        assertThat(connect()).isEqualTo(bare(key));
    }

    @Test
    void anEncryptedKeyThatTheAgentHoldsAsksNothing() throws IOException {
        Path open = Keys.generate(home.resolve("open"), "ed25519", "");
        server.authorize(open, "");
        Path socket = agent(open);
        Path locked = Files.copy(open, home.resolve(".ssh/id_ed25519"));
        Files.copy(Path.of(open + ".pub"), Path.of(locked + ".pub"));
        Keys.run(List.of("ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", locked.toString()));
        settings = settings.withAgentSocket(socket);
        assertThat(connect()).isEqualTo(bare(open));
        assertThat(prompts.asked).isEmpty();
    }

    @Test
    void tooManyKeysOfTheAgentAreExplained() throws IOException {
        Path[] keys = new Path[8];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Keys.generate(home.resolve("k" + i), "ed25519", "");
        }
        settings = settings.withAgentSocket(agent(keys));
        assertThatThrownBy(this::connect).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.what()).contains("too many keys");
            assertThat(e.cure()).hasValueSatisfying(cure -> assertThat(cure).contains("IdentitiesOnly"));
        });
    }

    @Test
    void theConfigurationPicksAKeyOfACrowdedAgent() throws IOException {
        Path[] keys = new Path[8];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Keys.generate(home.resolve("k" + i), "ed25519", "");
        }
        server.authorize(keys[7], "");
        Path pub = Files.copy(Path.of(keys[7] + ".pub"), home.resolve(".ssh/picked.pub"));
        Path socket = agent(keys);
        for (String named : List.of(pub.toString(), "~/.ssh/picked")) {
            Path config = Files.writeString(home.resolve("config"), "IdentityFile " + named + "\nIdentitiesOnly yes\n");
            settings = settings.withAgentSocket(socket).withConfig(ConfigSource.FILE, null, config);
            assertThat(connect()).isEqualTo(bare(keys[7]));
        }
    }

    @Test
    void onlyTheConfiguredKeysWhenItSaysSo() throws IOException {
        Path other = Keys.generate(home.resolve("other"), "ed25519", "");
        server.authorize(other, "");
        Path configured = key("configured", "ed25519", "");
        Path config = Files.writeString(home.resolve("config"), "IdentityFile ~/.ssh/configured\nIdentitiesOnly yes\n");
        settings = settings.withAgentSocket(agent(other)).withConfig(ConfigSource.FILE, null, config);
        assertThatThrownBy(this::connect).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.details()).hasSize(1);
            assertThat(e.details().get(0)).contains("~/.ssh/configured");
        });
        assertThat(Files.exists(configured)).isTrue();
        Files.writeString(config, "IdentityFile ~/.ssh/configured\n");
        assertThat(connect()).isEqualTo(bare(other));
    }

    @Test
    void anAgentThatIsGoneIsNoReasonToFail() throws IOException {
        Path good = key("id_ed25519", "ed25519", "");
        server.authorize(good, "");
        settings = settings.withAgentSocket(home.resolve("nobody"));
        assertThat(connect()).isEqualTo(bare(good));
    }

    @Test
    void aWrongUserIsToldByName() {
        Path good = key("id_ed25519", "ed25519", "");
        server.authorize(good, "");
        assertThatThrownBy(() -> SshConnector.create(settings, prompts)
                        .connect(HostAddress.parse("nosuchuser@127.0.0.1:" + server.port())))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining("nosuchuser@127.0.0.1");
    }

    @Test
    void aGeneratedKeyLetsIn() throws IOException {
        SshKeyPair pair = SshKeyPair.generate("ci@example.com");
        server.authorizeLine(pair.publicKey().toString());
        Path file = Files.write(home.resolve("generated"), pair.privateKey().reveal());
        settings = settings.withIdentityFile(file);
        assertThat(connect()).isEqualTo(pair.publicKey().bare());
        Files.setPosixFilePermissions(file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        // The real ssh-keygen reads it, and finds the same public half and comment.
        assertThat(Keys.run(List.of("ssh-keygen", "-y", "-f", file.toString())).strip())
                .isEqualTo(pair.publicKey().toString());
        assertThat(pair.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void answersAreBlanked() {
        Path key = key("id_ed25519", "ed25519", "secret");
        server.authorize(key, "");
        char[] answer = "secret".toCharArray();
        SshConnector.create(settings, new SshPrompts() {
                    @Override
                    public boolean trustHost(String host, String keyType, String fingerprint) {
                        return false;
                    }

                    @Override
                    public java.util.Optional<char[]> passphrase(String keyFile, int attempt) {
                        return java.util.Optional.of(answer);
                    }
                })
                .connect(HostAddress.parse("127.0.0.1:" + server.port()))
                .close();
        assertThat(Arrays.equals(answer, new char[answer.length])).isTrue();
    }
}
