package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Values of the configuration that stand for others, and all that decides who is let in, by {@code ssh -G} and by our own reader. */
@Timeout(60)
class TokensTest {
    @TempDir
    Path home;

    private SshTarget resolve(SshSettings.ConfigSource source, String config) throws IOException {
        Path file = Files.writeString(home.resolve("config"), config);
        SshSettings settings = SshSettings.of(home, "ada")
                .withAgentSocket(Path.of("/run/usual"))
                .withVariables(Map.of("KEYS", "/keys dir", "SOCK", "/run/mine", "EMPTY", ""))
                .withConfig(source, Laptop.SSH, file);
        return new SshConfig(settings).resolve(HostAddress.parse("bob@web:2200"));
    }

    @ParameterizedTest
    @CsvSource({
        "/k/%h-%n-%p-%r-%u, /k/host.example-web-2200-bob-ada",
        "/k/%%h, /k/%h",
        "/k/%k, /k/web",
        "${KEYS}/id, /keys dir/id",
        "'\"/with blank/id\"', /with blank/id",
        "~/.ssh/id, HOME/.ssh/id",
        "%d/.ssh/id, HOME/.ssh/id",
        "~root/.ssh/id, ROOT/.ssh/id"
    })
    void keysFilesAndCertificates(String written, String expected) throws IOException {
        String root = Files.readAllLines(Path.of("/etc/passwd")).stream()
                .filter(line -> line.startsWith("root:"))
                .map(line -> line.split(":")[5])
                .findFirst()
                .orElse("/root");
        Path path = Path.of(expected.replace("HOME", home.toString()).replace("ROOT", root));
        for (SshSettings.ConfigSource source :
                new SshSettings.ConfigSource[] {SshSettings.ConfigSource.SSH, SshSettings.ConfigSource.FILE}) {
            SshTarget target = resolve(
                    source, "HostName host.example\nIdentityFile " + written + "\nCertificateFile " + written + "\n");
            assertThat(target.credentials().identityFiles()).containsExactly(path);
            assertThat(target.credentials().certificateFiles()).containsExactly(path);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SshSettings.ConfigSource.class,
            names = {"SSH", "FILE"})
    void whatIsNotKnownIsToldAndPassedOver(SshSettings.ConfigSource source) throws IOException {
        SshTarget target = resolve(source, "IdentityFile ${NOWHERE}/id\nIdentityFile /k/id\n");
        assertThat(target.credentials().identityFiles()).containsExactly(Path.of("/k/id"));
        assertThat(target.notes())
                .anySatisfy(note -> assertThat(note).contains("NOWHERE").contains("is not set"));
    }

    @ParameterizedTest
    @CsvSource({
        "SSH_AUTH_SOCK, /run/usual",
        "$SOCK, /run/mine",
        "${SOCK}, /run/mine",
        "${SOCK}/s, /run/mine/s",
        "none, ",
        "$EMPTY, ",
        "~/sock, HOME/sock",
        "%d/%r, HOME/bob"
    })
    void theAgent(String written, String expected) throws IOException {
        for (SshSettings.ConfigSource source :
                new SshSettings.ConfigSource[] {SshSettings.ConfigSource.SSH, SshSettings.ConfigSource.FILE}) {
            if (source == SshSettings.ConfigSource.SSH && (written.contains("~") || written.contains("%d"))) {
                // ssh fills in the home that the system knows, which is not the test's.
                continue;
            }
            Path socket = resolve(source, "IdentityAgent " + written + "\n")
                    .credentials()
                    .agentSocket();
            assertThat(socket == null ? null : socket.toString())
                    .isEqualTo(expected == null ? null : expected.replace("HOME", home.toString()));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SshSettings.ConfigSource.class,
            names = {"SSH", "FILE"})
    void whatElseDecidesWhoIsLetIn(SshSettings.ConfigSource source) throws IOException {
        SshTarget target = resolve(source, """
                UserKnownHostsFile "/with blank/known" /k/%h
                GlobalKnownHostsFile none
                RevokedHostKeys ~/revoked
                AddressFamily inet6
                BindAddress 127.0.0.9
                ConnectTimeout 3
                ConnectionAttempts 4
                PubkeyAuthentication no
                NumberOfPasswordPrompts 1
                Ciphers aes128-ctr,aes256-ctr
                """);
        assertThat(target.trust().userKnownHosts()).containsExactly(Path.of("/with blank/known"), Path.of("/k/web"));
        assertThat(target.trust().globalKnownHosts()).isEmpty();
        assertThat(String.valueOf(target.trust().revoked())).endsWith("/revoked");
        assertThat(target.network().family()).isEqualTo(SshTarget.Family.IPV6);
        assertThat(target.network().bindAddress()).isEqualTo("127.0.0.9");
        assertThat(target.network().loginTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(target.network().attempts()).isEqualTo(4);
        assertThat(target.credentials().methods()).containsExactly("keyboard-interactive", "password");
        assertThat(target.credentials().passwordPrompts()).isEqualTo(1);
        assertThat(target.algorithms().get("ciphers")).containsExactly("aes128-ctr", "aes256-ctr");
    }

    @ParameterizedTest
    @EnumSource(
            value = SshSettings.ConfigSource.class,
            names = {"SSH", "FILE"})
    void noKeyMeansNoKey(SshSettings.ConfigSource source) throws IOException {
        SshTarget.Credentials credentials =
                resolve(source, "IdentityFile none\n").credentials();
        assertThat(credentials.identityFiles()).isEmpty();
        assertThat(credentials.usualFiles()).isFalse();
        assertThat(resolve(source, "").credentials().usualFiles()).isTrue();
    }

    @Test
    void whatOnlyOpenSshCanDoIsNotPassedOver() throws IOException {
        assertThat(resolve(SshSettings.ConfigSource.SSH, "PKCS11Provider /usr/lib/p.so\nProxyUseFdpass yes\n")
                        .onlyOpenSsh())
                .containsExactly("PKCS11Provider", "ProxyUseFdpass");
        assertThat(resolve(SshSettings.ConfigSource.SSH, "").onlyOpenSsh()).isEmpty();
        assertThat(resolve(SshSettings.ConfigSource.FILE, "Ciphers +aes128-cbc\nMatch all\n")
                        .notes())
                .anySatisfy(note -> assertThat(note).contains("ciphers +aes128-cbc"))
                .anySatisfy(note -> assertThat(note).contains("Match"));
    }

    @Test
    void ourReaderFollowsIncludes() throws IOException {
        Files.createDirectories(home.resolve(".ssh/config.d"));
        Files.writeString(home.resolve(".ssh/config.d/a"), "Host web\n  User included\nHost other\n  Port 1\n");
        SshTarget target = new SshConfig(SshSettings.of(home, "ada")
                        .withConfig(
                                SshSettings.ConfigSource.FILE,
                                null,
                                Files.writeString(home.resolve("config"), "Include config.d/*\nPort 2222\n")))
                .resolve(HostAddress.parse("web"));
        assertThat(target.user()).isEqualTo("included");
        assertThat(target.port()).isEqualTo(2222);
    }

    @Test
    void aNameThatOnlyTheUnreadPartKnowsIsExplained() throws IOException {
        Path file = Files.writeString(home.resolve("config"), "Match host nowhere.invalid\n  HostName 127.0.0.1\n");
        SshSettings settings = SshSettings.of(home, "ada").withConfig(SshSettings.ConfigSource.SSH, null, file);
        assertThatThrownBy(() -> SshConnector.create(settings, SshPrompts.refusing())
                        .connect(HostAddress.parse("nowhere.invalid")))
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.what()).contains("cannot be found");
                    assertThat(e.details()).anySatisfy(line -> assertThat(line).contains("a Match section"));
                    assertThat(e.cure())
                            .hasValueSatisfying(cure -> assertThat(cure).contains("OpenSSH client"));
                });
    }

    @Test
    void theUserThatTheConfigurationNames() throws IOException {
        for (SshSettings.ConfigSource source :
                new SshSettings.ConfigSource[] {SshSettings.ConfigSource.SSH, SshSettings.ConfigSource.FILE}) {
            Path file = Files.writeString(home.resolve("config"), "Host web\n  User ubuntu\n");
            SshConfig config = new SshConfig(SshSettings.of(home, "ada").withConfig(source, Laptop.SSH, file));
            assertThat(config.configuredUser(HostAddress.parse("web"))).contains("ubuntu");
            assertThat(config.configuredUser(HostAddress.parse("other"))).isEmpty();
            // Also where it is what ssh would take anyway.
            Files.writeString(file, "User " + System.getProperty("user.name") + "\n");
            assertThat(config.configuredUser(HostAddress.parse("other"))).contains(System.getProperty("user.name"));
        }
    }
}
