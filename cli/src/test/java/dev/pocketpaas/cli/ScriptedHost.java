package dev.pocketpaas.cli;

import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.machine.Commands;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What commands reach outside with: one host that answers from a script. A command that is not in the script fails the test. */
public final class ScriptedHost implements Collaborators, SshConnector {
    private record Answer(byte[] stdout, byte[] stderr, int status) {}

    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private final FakeSshConnection connection = new FakeSshConnection();
    private final List<HostAddress> addresses = new ArrayList<>();
    private @Nullable SshSettings settings;

    public ScriptedHost answers(String command, ValueTree tree) {
        return answers(command, new Answer(tree.toBytes(), new byte[0], 0));
    }

    /** The same with one tree after the other; the last one from then on. */
    public ScriptedHost answersInTurn(String command, ValueTree... trees) {
        AtomicInteger asked = new AtomicInteger();
        connection.onExactly(command, (in, out, err) -> {
            out.write(trees[Math.min(asked.getAndIncrement(), trees.length - 1)].toBytes());
            return 0;
        });
        return this;
    }

    public ScriptedHost prints(String command, int status, String... lines) {
        return answers(command, new Answer(bytes(lines), new byte[0], status));
    }

    /** Has {@code command} read its input to the end, print nothing and succeed. */
    public ScriptedHost takes(String command) {
        connection.onExactly(command, (in, out, err) -> {
            in.readAllBytes();
            return 0;
        });
        return this;
    }

    /** Has the answer to {@code command}, which must be in the script, accompanied by {@code lines} on standard error. */
    public ScriptedHost beside(String command, String... lines) {
        Answer answer = Objects.requireNonNull(answers.get(command));
        return answers(command, new Answer(answer.stdout(), bytes(lines), answer.status()));
    }

    private ScriptedHost answers(String command, Answer answer) {
        answers.put(command, answer);
        connection.onExactly(command, (in, out, err) -> {
            out.write(answer.stdout());
            err.write(answer.stderr());
            return answer.status();
        });
        return this;
    }

    /** Has every command that is not in the script answered so. */
    public ScriptedHost otherwise(int status, String... lines) {
        connection.on("", bytes(lines), "", status);
        return this;
    }

    private static byte[] bytes(String... lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The connection that all of its logins share. */
    public SshConnection connection() {
        return connection;
    }

    public List<String> asked() {
        return connection.commands();
    }

    public List<HostAddress> addresses() {
        return addresses;
    }

    public byte[] input(int index) {
        return connection.input(index);
    }

    public SshSettings settings() {
        return Objects.requireNonNull(settings);
    }

    public int timesClosed() {
        return connection.timesClosed();
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
        return connection;
    }
}
