package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.SshSettings.ConfigSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A user's machine: a home, keys, an ssh configuration, known hosts. Every case can be tried by us and by the real ssh. */
final class Laptop implements AutoCloseable {
    static final Path SSH = Objects.requireNonNull(
            SshSettings.findSsh(System.getenv("PATH")), "these tests need ssh: install the package openssh-client");

    /** Whether each case is also tried with the real ssh; that takes long ({@code mvn verify -Pssh}). */
    static final boolean BESIDE_SSH = Boolean.getBoolean("pocketpaas.beside.ssh");

    final Path home;
    final FakePrompts prompts = new FakePrompts();
    private final List<Process> agents = new ArrayList<>();
    private final Map<String, String> variables = new TreeMap<>();
    private @Nullable Path agentSocket;
    private SshSettings.Transport transport = SshSettings.Transport.BUILT_IN;
    private ConfigSource source = ConfigSource.SSH;

    Laptop(Path home) {
        this.home = home;
        write(".ssh/config", "");
    }

    Path write(String name, String text) {
        try {
            Path file = home.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ssh configuration; {@code HOME} stands for the home, as the real ssh takes it from the system. */
    Laptop config(String text) {
        write(".ssh/config", text.replace("HOME", home.toString()));
        return this;
    }

    Laptop knows(OpenSshServer... servers) {
        StringBuilder lines = new StringBuilder();
        for (OpenSshServer server : servers) {
            lines.append(server.knownHostsLine());
        }
        write(".ssh/known_hosts", lines.toString());
        return this;
    }

    Laptop with(SshSettings.Transport other) {
        transport = other;
        return this;
    }

    Laptop with(ConfigSource other) {
        source = other;
        return this;
    }

    Laptop with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    Path key(String name, String type, String passphrase, String... more) {
        Path file = home.resolve(".ssh").resolve(name);
        return Keys.generate(file, type, passphrase, more);
    }

    /** An agent with {@code keys}. */
    Laptop agent(Path... keys) {
        try {
            Path socket = home.resolve("agent" + agents.size());
            agents.add(new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start());
            while (!Files.exists(socket)) {
                OpenSshServer.sleep(10);
            }
            for (Path key : keys) {
                Keys.run(List.of("env", "SSH_AUTH_SOCK=" + socket, "ssh-add", "-q", key.toString()));
            }
            agentSocket = socket;
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Nullable
    Path agentSocket() {
        return agentSocket;
    }

    SshSettings settings() {
        return SshSettings.of(home, System.getProperty("user.name"))
                .withConfig(source, SSH, home.resolve(".ssh/config"))
                .withAgentSocket(agentSocket)
                .withVariables(variables)
                .withTransport(transport)
                .withConnectTimeout(Duration.ofSeconds(30));
    }

    SshConnection connect(String name) {
        return SshConnector.create(settings(), prompts).connect(HostAddress.parse(name));
    }

    /** What {@code command} prints on the host. */
    String run(String name, String command) {
        try (SshConnection connection = connect(name)) {
            return run(connection, command);
        }
    }

    static String run(SshConnection connection, String command) {
        try (RemoteProcess process = connection.start(RemoteCommand.of(command))) {
            process.stdin().close();
            String out = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return out;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Both get in. */
    void bothIn(String name) {
        bothIn(name, "echo in", "in\n");
    }

    void bothIn(String name, String command, String expected) {
        assertThat(run(name, command)).isEqualTo(expected);
        if (BESIDE_SSH) {
            assertThat(ssh(name, command)).isEqualTo(expected);
        }
    }

    /** Neither gets in; how we say so. */
    PocketException bothOut(String name) {
        if (BESIDE_SSH) {
            assertThat(ssh(name, "echo in")).startsWith("refused");
        }
        try {
            run(name, "echo in");
        } catch (PocketException e) {
            assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(e.cure()).isPresent();
            return e;
        }
        throw new AssertionError("let in");
    }

    /** What the real ssh prints for the same, or {@code refused: …}; it is asked nothing. */
    String ssh(String name, String command, String... options) {
        List<String> words = new ArrayList<>(
                List.of(SSH.toString(), "-F", home.resolve(".ssh/config").toString()));
        words.addAll(List.of("-o", "BatchMode=yes"));
        words.addAll(Arrays.asList(options));
        words.addAll(List.of("--", name, command));
        try {
            ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
            builder.environment().putAll(variables);
            builder.environment().remove("SSH_AUTH_SOCK");
            if (agentSocket != null) {
                builder.environment().put("SSH_AUTH_SOCK", agentSocket.toString());
            }
            Process process = builder.start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("ssh does not end: " + text);
            }
            return process.exitValue() == 0 ? text : "refused: " + text;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        agents.forEach(Process::destroyForcibly);
    }
}
