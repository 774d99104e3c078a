package dev.pocketpaas.cli;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Interruption;
import dev.pocketpaas.cli.environment.StandardStream;
import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.core.host.SeenPrograms;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.hosts.RememberedPrograms;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the whole program in-process, in a directory and with variables of the test's own. */
public final class CliRunner {
    /** The programs that came with this version. */
    public static final SeenPrograms PROGRAMS = new SeenPrograms(
            HostPrograms.bundled().hash(), HostPrograms.bundled().version());

    private final Path directory;
    private final Map<String, String> variables = new LinkedHashMap<>();
    private String stdin = "";
    private String lost = "";
    private int columns;
    private Environment.Terminals terminals = Environment.Terminals.NONE;
    private Collaborators collaborators = connecting(address -> {
        throw new AssertionError("nothing was to be connected to, but " + address + " was");
    });

    public CliRunner(Path directory) {
        this.directory = directory;
        variables.put("HOME", directory.toString());
        variables.put("PATH", String.valueOf(System.getenv("PATH")));
        variables.put("TERM", "xterm");
        // As on a laptop that has been here before: its commands need no question beside their own.
        remembers("203.0.113.10", PROGRAMS);
    }

    /** What the laptop remembers of the programs at {@code address}. */
    public CliRunner remembers(String address, SeenPrograms programs) {
        new RememberedPrograms(directory.resolve(".local/state/pocketpaas/programs"), HostAddress.parse(address))
                .remember(programs);
        return this;
    }

    public CliRunner with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    /** Collaborators that only connect. */
    public static Collaborators connecting(SshConnector connector) {
        return new Collaborators() {
            @Override
            public SshConnector connector(SshSettings settings, SshPrompts prompts) {
                return connector;
            }

            @Override
            public Commands commands() {
                throw new AssertionError("no program was to be run on this machine");
            }
        };
    }

    public CliRunner with(Collaborators others) {
        collaborators = others;
        return this;
    }

    public CliRunner typing(String text) {
        stdin = text;
        terminals = new Environment.Terminals(true, true, true, columns);
        return this;
    }

    /** In a window of this width, from the next {@link #typing} on. */
    public CliRunner wide(int width) {
        columns = width;
        return this;
    }

    public CliRunner reading(String text) {
        stdin = text;
        return this;
    }

    /** With a standard output that cannot be written, for the reason {@code why}. */
    public CliRunner losingOutput(String why) {
        lost = why;
        return this;
    }

    public Result run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Environment environment = new Environment(
                variables,
                directory,
                new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                lost.isEmpty() ? new PrintStream(out, true, StandardCharsets.UTF_8) : StandardStream.of(failing(lost)),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                terminals,
                Clock.fixed(Instant.parse("2026-11-22T10:00:00Z"), ZoneOffset.UTC),
                new Interruption());
        int code = new Cli(environment, collaborators).run(List.of(arguments));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static OutputStream failing(String why) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(why);
            }
        };
    }

    /** What a user sees. */
    public record Result(int code, String out, String err) {}
}
