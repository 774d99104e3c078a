package dev.pocketpaas.cli;

import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.machine.Commands;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A host that answers from a script and remembers what it was asked. A command that is not in the script fails the test. */
public final class ScriptedHost implements Collaborators, SshConnector, SshConnection {
    private record Answer(byte[] stdout, byte[] stderr, int status) {}

    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private final List<String> commands = new ArrayList<>();
    private final List<HostAddress> addresses = new ArrayList<>();
    private final List<ByteArrayOutputStream> inputs = new ArrayList<>();
    private @Nullable SshSettings settings;
    private @Nullable Answer otherwise;
    private int closed;

    public ScriptedHost answers(String command, ValueTree tree) {
        answers.put(command, new Answer(tree.toBytes(), new byte[0], 0));
        return this;
    }

    public ScriptedHost prints(String command, int status, String... lines) {
        byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        answers.put(command, new Answer(text, new byte[0], status));
        return this;
    }

    /** Has the answer to {@code command}, which must be in the script, accompanied by {@code lines} on standard error. */
    public ScriptedHost beside(String command, String... lines) {
        Answer answer = Objects.requireNonNull(answers.get(command));
        byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        answers.put(command, new Answer(answer.stdout(), text, answer.status()));
        return this;
    }

    /** Has every command that is not in the script answered so. */
    public ScriptedHost otherwise(int status, String... lines) {
        byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        otherwise = new Answer(text, new byte[0], status);
        return this;
    }

    public List<String> asked() {
        return commands;
    }

    public List<HostAddress> addresses() {
        return addresses;
    }

    public byte[] input(int index) {
        return inputs.get(index).toByteArray();
    }

    public SshSettings settings() {
        return Objects.requireNonNull(settings);
    }

    public int timesClosed() {
        return closed;
    }

    @Override
    public SshConnector connector(SshSettings given, SshPrompts prompts) {
        settings = given;
        return this;
    }

    @Override
    public Commands commands() {
        throw new AssertionError("no program was to be run on this machine");
    }

    @Override
    public SshConnection connect(HostAddress address) {
        addresses.add(address);
        return this;
    }

    @Override
    public RemoteProcess start(RemoteCommand command) {
        commands.add(command.text());
        Answer answer = answers.getOrDefault(command.text(), otherwise);
        if (answer == null) {
            throw new AssertionError("the host was asked something that is not in the script: " + command.text());
        }
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        inputs.add(input);
        return new RemoteProcess() {
            @Override
            public OutputStream stdin() {
                return input;
            }

            @Override
            public InputStream stdout() {
                return new ByteArrayInputStream(answer.stdout());
            }

            @Override
            public InputStream stderr() {
                return new ByteArrayInputStream(answer.stderr());
            }

            @Override
            public int waitFor() {
                return answer.status();
            }

            @Override
            public void signal(String name) {}

            @Override
            public void resize(int columns, int rows) {}

            @Override
            public void close() {}
        };
    }

    @Override
    public String authenticatedKey() {
        return "ssh-ed25519 AAAA";
    }

    @Override
    public int channelsOpened() {
        return commands.size();
    }

    @Override
    public String peer() {
        return "203.0.113.10";
    }

    @Override
    public void close() {
        closed++;
    }
}
