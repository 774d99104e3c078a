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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The effective configuration by {@code ssh -G} and by our own reader, which must agree on what both understand. */
@Timeout(60)
class SshConfigTest {
    private static final Path SSH = Objects.requireNonNull(
            SshSettings.findSsh(System.getenv("PATH")), "these tests need ssh: install the package openssh-client");

    @TempDir
    Path home;

    private SshTarget resolve(ConfigSource source, String config, String address) throws IOException {
        Path file = Files.writeString(home.resolve("config"), config);
        SshSettings settings = SshSettings.of(home, "ada").withConfig(source, SSH, file);
        return new SshConfig(settings).resolve(HostAddress.parse(address));
    }

    @ParameterizedTest
    @EnumSource(
            value = ConfigSource.class,
            names = {"SSH", "FILE"})
    void followsTheConfiguration(ConfigSource source) throws IOException {
        SshTarget target = resolve(source, """
                # comment
                Host web-*
                  User deploy
                Host !web-2 web-?
                  HostName 203.0.113.10
                  port = 2222
                  IdentityFile ~/.ssh/one
                  IdentityFile "/keys/two"
                  IdentitiesOnly yes
                Host *
                  Port 99
                  User nobody
                  ConnectTimeout 3
                  ServerAliveInterval 7
                  ServerAliveCountMax 2
                  HostKeyAlias droplet
                  UserKnownHostsFile ~/known1 ~/known2
                  StrictHostKeyChecking accept-new
                  HashKnownHosts yes
                  IdentityAgent none
                """, "web-1");
        assertThat(target.alias()).isEqualTo("web-1");
        assertThat(target.hostName()).isEqualTo("203.0.113.10");
        assertThat(target.port()).isEqualTo(2222);
        assertThat(target.user()).isEqualTo("deploy");
        assertThat(target.credentials().identityFiles())
                .containsExactly(home.resolve(".ssh/one"), Path.of("/keys/two"));
        assertThat(target.credentials().identitiesOnly()).isTrue();
        assertThat(target.network().connectTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(target.network().aliveInterval()).isEqualTo(Duration.ofSeconds(7));
        assertThat(target.network().aliveCount()).isEqualTo(2);
        assertThat(target.trust().hostKeyAlias()).isEqualTo("droplet");
        assertThat(target.keyPort()).isEqualTo(22);
        assertThat(target.trust().newHosts()).isEqualTo(SshTarget.NewHosts.ACCEPT);
        assertThat(target.trust().hashNames()).isTrue();
        assertThat(target.credentials().agentSocket()).isNull();
        assertThat(target.trust().userKnownHosts()).hasSize(2);
        assertThat(target.display()).isEqualTo("web-1:2222");
    }

    @ParameterizedTest
    @EnumSource(
            value = ConfigSource.class,
            names = {"SSH", "FILE"})
    void whatTheAddressSaysWins(ConfigSource source) throws IOException {
        SshTarget target = resolve(source, "Host *\n  User other\n  Port 99\n", "pocketpaas@example.com:2200");
        assertThat(target.user()).isEqualTo("pocketpaas");
        assertThat(target.port()).isEqualTo(2200);
        assertThat(target.hostName()).isEqualTo("example.com");
    }

    @ParameterizedTest
    @EnumSource(ConfigSource.class)
    void withoutAnyConfigurationThereAreDefaults(ConfigSource source) throws IOException {
        SshTarget target = resolve(source, "", "example.com");
        assertThat(target.port()).isEqualTo(22);
        assertThat(target.credentials().identityFiles()).isEmpty();
        assertThat(target.credentials().identitiesOnly()).isFalse();
        assertThat(target.trust().newHosts()).isEqualTo(SshTarget.NewHosts.ASK);
        assertThat(target.network().connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(target.network().aliveInterval()).isEqualTo(Duration.ofSeconds(15));
        assertThat(target.network().aliveCount()).isEqualTo(4);
        assertThat(target.trust().userKnownHosts().get(0).getFileName()).hasToString("known_hosts");
        assertThat(target.display()).isEqualTo("example.com");
        assertThat(resolve(source, "", "[2001:db8::1]:2222").display()).isEqualTo("[2001:db8::1]:2222");
    }

    @Test
    void sshKnowsMatchAndInclude() throws IOException {
        Files.writeString(home.resolve("included"), "User included\n");
        SshTarget target = resolve(
                ConfigSource.SSH,
                "Include " + home.resolve("included") + "\nMatch host example.com exec \"true\"\n  Port 2222\n",
                "example.com");
        assertThat(target.user()).isEqualTo("included");
        assertThat(target.port()).isEqualTo(2222);
    }

    @Test
    void ourReaderPassesOverMatch() {
        Map<String, List<String>> values = SshConfigFile.values("Match all\n  Port 1\nHost a\n  Port 2\n", "a");
        assertThat(values).containsEntry("port", List.of("2"));
    }

    @Test
    void aBadConfigurationIsTold() {
        assertThatThrownBy(() -> resolve(ConfigSource.SSH, "NoSuchKeyword yes\n", "example.com"))
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(e.what()).containsIgnoringCase("nosuchkeyword");
                });
    }

    @Test
    void withoutAnSshTheFileIsRead() throws IOException {
        Path file = Files.writeString(home.resolve("config"), "Port 2222\n");
        SshSettings settings = SshSettings.of(home, "ada").withConfig(ConfigSource.SSH, null, file);
        SshTarget target = new SshConfig(settings).resolve(HostAddress.parse("example.com"));
        assertThat(target.port()).isEqualTo(2222);
        assertThat(target.user()).isEqualTo("ada");
        assertThat(new SshConfig(SshSettings.of(home, "ada"))
                        .resolve(HostAddress.parse("example.com"))
                        .port())
                .isEqualTo(22);
    }

    @Test
    void theKnownHostsOfTheSettingsReplaceAllOthers() throws IOException {
        Path only = home.resolve("only");
        SshSettings settings = SshSettings.of(home, "ada")
                .withConfig(ConfigSource.NONE, null, null)
                .withKnownHosts(only);
        SshTarget target = new SshConfig(settings).resolve(HostAddress.parse("example.com"));
        assertThat(target.trust().userKnownHosts()).containsExactly(only);
        assertThat(target.trust().globalKnownHosts()).isEmpty();
    }

    @Test
    void findsSshOnThePath() throws IOException {
        Path bin = Files.createDirectories(home.resolve("bin"));
        assertThat(SshSettings.findSsh(bin.toString())).isNull();
        Path ssh = Files.writeString(bin.resolve("ssh"), "#!/bin/sh\n");
        assertThat(SshSettings.findSsh(bin.toString())).isNull();
        assertThat(ssh.toFile().setExecutable(true)).isTrue();
        assertThat(SshSettings.findSsh("/nonexistent:" + bin)).isEqualTo(ssh);
    }
}
