package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hosts behind other hosts: ProxyJump over one and two hops with a key and known hosts of each one's own, and ProxyCommand. */
@Timeout(120)
class RoutesTest {
    private static final String ME = System.getProperty("user.name");

    @TempDir
    static Path shared;

    private static OpenSshServer first;
    private static OpenSshServer second;
    private static OpenSshServer inner;

    @TempDir
    Path home;

    private Laptop laptop;
    private Path firstKey;
    private Path secondKey;
    private Path innerKey;

    @BeforeAll
    static void start() {
        first = OpenSshServer.start(shared.resolve("first"));
        second = OpenSshServer.start(shared.resolve("second"));
        inner = OpenSshServer.start(shared.resolve("inner"), "SetEnv WHERE=inner");
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        inner.close();
    }

    @BeforeEach
    void setUp() {
        laptop = new Laptop(home);
        firstKey = laptop.key("first", "ed25519", "");
        secondKey = laptop.key("second", "ed25519", "");
        innerKey = laptop.key("inner", "ecdsa", "");
        first.authorize(firstKey, "");
        second.authorize(secondKey, "");
        inner.authorize(innerKey, "");
        laptop.write("known_first", first.knownHostsLine());
        laptop.write("known_second", second.knownHostsLine());
        laptop.write("known_inner", inner.knownHostsLine().replaceFirst("^\\S+", "vault"));
    }

    @AfterEach
    void tearDown() {
        laptop.close();
    }

    /** Three hosts with nothing in common, the last one reached by {@code how}. */
    private void config(String how) {
        laptop.config("""
                Host first
                  HostName 127.0.0.1
                  Port %d
                  IdentityFile HOME/.ssh/first
                  UserKnownHostsFile HOME/known_first
                Host second
                  HostName 127.0.0.1
                  Port %d
                  IdentityFile HOME/.ssh/second
                  UserKnownHostsFile HOME/known_second
                Host inner
                  HostName 127.0.0.1
                  Port %d
                  HostKeyAlias vault
                  IdentityFile HOME/.ssh/inner
                  UserKnownHostsFile HOME/known_inner
                  %s
                Host *
                  IdentitiesOnly yes
                """.formatted(first.port(), second.port(), inner.port(), how));
    }

    private void bothIn() {
        laptop.bothIn("inner", "echo $WHERE", "inner\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = SshSettings.ConfigSource.class,
            names = {"SSH", "FILE"})
    void overOneHop(SshSettings.ConfigSource source) {
        config("ProxyJump first");
        laptop.with(source);
        bothIn();
    }

    @ParameterizedTest
    @EnumSource(
            value = SshSettings.ConfigSource.class,
            names = {"SSH", "FILE"})
    void overTwoHopsEachWithItsOwnKeyAndKnownHosts(SshSettings.ConfigSource source) throws IOException {
        config("ProxyJump first,second");
        laptop.with(source);
        try (SshConnection connection = laptop.connect("inner")) {
            assertThat(Laptop.run(connection, "echo $WHERE")).isEqualTo("inner\n");
            assertThat(connection.authenticatedKey())
                    .isEqualTo(Files.readString(Path.of(innerKey + ".pub")).replaceFirst(" [^ ]*\n$", ""));
            // What is large goes through all of them.
            assertThat(Laptop.run(connection, "head -c 3000000 /dev/zero | tr '\\0' x"))
                    .hasSize(3_000_000);
        }
        bothIn();
        assertThat(laptop.prompts.asked).isEmpty();
    }

    @Test
    void aHopMayHaveAHopOfItsOwn() {
        config("ProxyJump second");
        laptop.config("Match host second\n  ProxyJump first\n" + read(".ssh/config"));
        assertThat(laptop.run("inner", "echo $WHERE")).isEqualTo("inner\n");
        config("ProxyJump " + ME + "@first," + ME + "@127.0.0.1:" + second.port());
        laptop.config(read(".ssh/config")
                + "Host 127.0.0.1\n  IdentityFile HOME/.ssh/second\n  UserKnownHostsFile HOME/known_second\n");
        bothIn();
    }

    private String read(String name) {
        try {
            return Files.readString(home.resolve(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theKeyOfTheRunOpensTheHopsToo() {
        first.authorize(innerKey, "");
        config("ProxyJump first");
        try {
            Files.delete(firstKey);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        SshSettings settings = laptop.settings().withIdentityFile(innerKey);
        try (SshConnection connection = SshConnector.create(settings, laptop.prompts)
                .connect(dev.pocketpaas.core.name.HostAddress.parse("inner"))) {
            assertThat(Laptop.run(connection, "echo $WHERE")).isEqualTo("inner\n");
        }
    }

    @Test
    void aHopThatIsNotKnownIsAskedAboutByItsOwnName() {
        config("ProxyJump first");
        laptop.write("known_first", "");
        assertThatThrownBy(() -> laptop.connect("inner")).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.what()).contains("first:" + first.port()).contains("is not known");
        });
        laptop.prompts.trusting();
        assertThat(laptop.run("inner", "echo $WHERE")).isEqualTo("inner\n");
        assertThat(laptop.prompts.asked).hasSize(2).allMatch(line -> line.startsWith("trust first:" + first.port()));
        laptop.write("known_inner", "");
        assertThat(laptop.run("inner", "echo $WHERE")).isEqualTo("inner\n");
        assertThat(read("known_inner")).startsWith("vault ssh-ed25519 ");
    }

    @Test
    void aHopThatRefusesIsNamed() {
        config("ProxyJump first,second");
        laptop.write(".ssh/config", read(".ssh/config").replace(".ssh/second", ".ssh/first"));
        assertThatThrownBy(() -> laptop.connect("inner"))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining(ME + "@second:" + second.port() + " accepts none of your SSH keys");
    }

    @Test
    void aHopThatCannotGoFurtherIsNamed() throws IOException {
        config("ProxyJump first");
        int closed = OpenSshServer.freePort();
        laptop.write(".ssh/config", read(".ssh/config").replace("Port " + inner.port(), "Port " + closed));
        assertThatThrownBy(() -> laptop.connect("inner")).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.what())
                    .contains("the jump host " + ME + "@first")
                    .contains("cannot connect to 127.0.0.1 port " + closed)
                    .containsIgnoringCase("refused");
        });
    }

    @Test
    void aJumpThatLeadsBackToItselfEnds() {
        laptop.config("Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n");
        assertThatThrownBy(() -> laptop.connect("a")).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.what()).contains("jump hosts");
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = SshSettings.ConfigSource.class,
            names = {"SSH", "FILE"})
    void byACommand(SshSettings.ConfigSource source) {
        config("ProxyCommand " + Laptop.SSH + " -F HOME/.ssh/config -W %h:%p first");
        laptop.with(source);
        bothIn();
        try (SshConnection connection = laptop.connect("inner")) {
            assertThat(Laptop.run(connection, "head -c 3000000 /dev/zero | tr '\\0' x"))
                    .hasSize(3_000_000);
        }
    }

    @Test
    void theCommandGetsTokensAndQuotes() {
        config("ProxyCommand sh -c 'echo \"%%|%h|%n|%p|%r\" >HOME/said; exec " + Laptop.SSH
                + " -F HOME/.ssh/config -W %h:%p \"first\"'");
        assertThat(laptop.run("inner", "echo $WHERE")).isEqualTo("inner\n");
        assertThat(read("said")).isEqualTo("%|127.0.0.1|inner|" + inner.port() + "|" + ME + "\n");
    }

    @Test
    void aCommandThatFailsIsToldWithItsOwnWords() {
        config("ProxyCommand sh -c 'echo the tunnel is down >&2; exit 7'");
        assertThatThrownBy(() -> laptop.connect("inner")).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.details()).contains("the tunnel is down", "the ProxyCommand ended with status 7");
        });
        assertThat(laptop.prompts.told).contains("the tunnel is down");
    }

    @Test
    void aCommandThatStaysSilentIsGivenUp() {
        config("ProxyCommand sleep 60");
        laptop.write(".ssh/config", read(".ssh/config") + "  ConnectTimeout 1\n");
        assertThatThrownBy(() -> laptop.connect("inner"))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining("does not finish the login within 1 s");
    }

    @Test
    void noneIsNone() {
        for (String line : List.of("ProxyJump none", "ProxyCommand none")) {
            config(line);
            laptop.write(".ssh/config", read(".ssh/config") + "  ProxyJump first\n");
            assertThat(laptop.run("inner", "echo $WHERE")).isEqualTo("inner\n");
        }
    }
}
