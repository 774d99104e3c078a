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
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.keyboard.InteractiveChallenge;
import org.apache.sshd.server.auth.keyboard.KeyboardInteractiveAuthenticator;
import org.apache.sshd.server.auth.keyboard.PromptEntry;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.server.session.ServerSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passwords and questions, alone and after a key. OpenSSH takes them from the system's users, so that the server here is another one. */
@Timeout(60)
class SecondFactorTest {
    private static final String LOGIN = "ada";

    @TempDir
    Path home;

    private SshServer server;
    private final FakePrompts prompts = new FakePrompts();
    private String config = "";

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(home.resolve(".ssh"));
        server = SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider(home.resolve("mina")));
        server.setPublickeyAuthenticator((user, key, session) -> true);
        server.setPasswordAuthenticator((user, password, session) -> password.equals("geheim ü"));
        server.setKeyboardInteractiveAuthenticator(new Code());
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.stop(true);
    }

    /** Asks for a code that may be seen and a password that may not. */
    private static final class Code implements KeyboardInteractiveAuthenticator {
        @Override
        public InteractiveChallenge generateChallenge(
                ServerSession session, String username, String lang, String subMethods) {
            InteractiveChallenge challenge = new InteractiveChallenge();
            challenge.setInteractionName("Two steps");
            challenge.setInteractionInstruction("Look at your telephone.");
            challenge.setLanguageTag("");
            challenge.addPrompt(new PromptEntry("Code: ", true));
            challenge.addPrompt(new PromptEntry("Password: ", false));
            return challenge;
        }

        @Override
        public boolean authenticate(ServerSession session, String username, List<String> responses) {
            return responses.equals(List.of("123456", "geheim ü"));
        }
    }

    private void wants(String methods) {
        CoreModuleProperties.AUTH_METHODS.set(server, methods);
    }

    private SshConnection connect() {
        try {
            Path file = Files.writeString(home.resolve("config"), config);
            SshSettings settings = SshSettings.of(home, LOGIN)
                    .withConfig(ConfigSource.FILE, null, file)
                    .withAcceptNewHostKeys(true);
            return SshConnector.create(settings, prompts)
                    .connect(HostAddress.parse(LOGIN + "@127.0.0.1:" + server.getPort()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String key() throws IOException {
        Path key = Keys.generate(home.resolve(".ssh/id_ed25519"), "ed25519", "");
        return Files.readString(Path.of(key + ".pub")).replaceFirst(" [^ ]*\n$", "");
    }

    private String who() {
        return LOGIN + "@127.0.0.1:" + server.getPort();
    }

    private PocketException refused() {
        try {
            connect().close();
        } catch (PocketException e) {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            return e;
        }
        throw new AssertionError("let in");
    }

    @Test
    void aPasswordWhereTheHostTakesNothingElse() throws IOException {
        wants("password");
        String key = key();
        prompts.withPasswords("wrong", "geheim ü");
        try (SshConnection connection = connect()) {
            // The key that everything later works with.
            assertThat(connection.authenticatedKey()).isEqualTo(key);
        }
        assertThat(prompts.asked).containsExactly("password " + who() + " 1", "password " + who() + " 2");
    }

    @Test
    void whoHasNoKeyIsToldSoWhenOneIsNeeded() {
        wants("password");
        prompts.withPasswords("geheim ü");
        try (SshConnection connection = connect()) {
            assertThatThrownBy(connection::authenticatedKey).isInstanceOfSatisfying(PocketException.class, e -> {
                assertThat(e.what()).contains("you have no SSH key");
                assertThat(e.cure()).hasValueSatisfying(cure -> assertThat(cure).contains("ssh-keygen"));
            });
        }
    }

    @Test
    void questionsOfTheHost() {
        wants("keyboard-interactive");
        prompts.withPasswords("123456", "geheim ü");
        connect().close();
        assertThat(prompts.asked).containsExactly("answer " + who() + " Code: shown", "answer " + who() + " Password:");
        assertThat(prompts.told).contains("Two steps", "Look at your telephone.");
    }

    @ParameterizedTest
    @CsvSource({"'publickey,password', geheim ü", "'publickey,keyboard-interactive', 123456"})
    void aSecondFactorAfterAnAcceptedKey(String methods, String first) throws IOException {
        wants(methods);
        String key = key();
        prompts.withPasswords(first, "geheim ü");
        try (SshConnection connection = connect()) {
            assertThat(connection.authenticatedKey()).isEqualTo(key);
        }
    }

    @Test
    void aKeyAfterAPassword() throws IOException {
        wants("password,publickey");
        key();
        prompts.withPasswords("geheim ü");
        connect().close();
    }

    @Test
    void twoKeys() throws IOException {
        wants("publickey,publickey");
        key();
        Keys.generate(home.resolve(".ssh/id_ecdsa"), "ecdsa", "");
        connect().close();
        assertThat(prompts.asked).isEmpty();
    }

    @Test
    void nobodyToAskForAPassword() throws IOException {
        wants("password");
        key();
        prompts.alone();
        PocketException e = refused();
        assertThat(e.what()).contains(who()).contains("it also takes password");
        assertThat(e.details()).contains("the host takes: password");
        assertThat(e.cure())
                .hasValueSatisfying(cure -> assertThat(cure)
                        .contains("on a terminal")
                        .contains("ssh-copy-id -p " + server.getPort() + " " + LOGIN + "@127.0.0.1"));
        assertThat(prompts.asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"password", "keyboard-interactive"})
    void nobodyToAskForTheSecondFactor(String second) throws IOException {
        wants("publickey," + second);
        key();
        prompts.alone();
        PocketException e = refused();
        assertThat(e.what()).contains("accepted the key ~/.ssh/id_ed25519, but also wants: " + second);
        assertThat(e.cure()).hasValueSatisfying(cure -> assertThat(cure).contains("SSH_ASKPASS"));
    }

    @Test
    void aWrongPasswordThreeTimes() {
        wants("password");
        prompts.withPasswords("hunter1", "hunter2", "hunter3", "hunter4");
        PocketException e = refused();
        assertThat(e.what()).contains("does not accept what was typed");
        assertThat(e.toString() + e.details() + e.cure()).doesNotContain("hunter");
        assertThat(prompts.asked).hasSize(3);
    }

    @Test
    void theConfigurationMayForbidOrOrderThem() {
        wants("password keyboard-interactive");
        prompts.withPasswords("geheim ü");
        config = "PreferredAuthentications password\n";
        connect().close();
        assertThat(prompts.asked).containsExactly("password " + who() + " 1");
        for (String line : List.of(
                "BatchMode yes\n",
                "PasswordAuthentication no\nKbdInteractiveAuthentication no\n",
                "PreferredAuthentications publickey\n")) {
            config = line;
            prompts.asked.clear();
            refused();
            assertThat(prompts.asked).isEmpty();
        }
        config = "NumberOfPasswordPrompts 1\nKbdInteractiveAuthentication no\n";
        prompts.withPasswords("a", "b");
        refused();
        assertThat(prompts.asked).hasSize(1);
    }

    @Test
    void answersAreBlanked() {
        wants("password");
        char[] answer = "geheim ü".toCharArray();
        SshSettings settings = SshSettings.of(home, LOGIN)
                .withConfig(ConfigSource.NONE, null, null)
                .withAcceptNewHostKeys(true);
        SshPrompts one = new SshPrompts() {
            @Override
            public boolean trustHost(String host, String keyType, String fingerprint) {
                return true;
            }

            @Override
            public java.util.Optional<char[]> passphrase(String keyFile, int attempt) {
                return java.util.Optional.empty();
            }

            @Override
            public java.util.Optional<char[]> password(String login, int attempt) {
                return java.util.Optional.of(answer);
            }
        };
        SshConnector.create(settings, one).connect(HostAddress.parse(who())).close();
        assertThat(answer).containsOnly('\0');
    }
}
