package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A connection to this very machine: each command runs in a login shell of the test's choice. Counts channels. */
final class LocalHost implements SshConnection {
    private final String shell;
    private final UnaryOperator<String> substitution;
    final List<String> commands = new ArrayList<>();

    LocalHost(String shell) {
        this(shell, UnaryOperator.identity());
    }

    /** Runs what {@code substitution} makes of each command. */
    LocalHost(String shell, UnaryOperator<String> substitution) {
        this.shell = shell;
        this.substitution = substitution;
    }

    @Override
    public RemoteProcess start(RemoteCommand command) {
        commands.add(command.text());
        ProcessBuilder builder = new ProcessBuilder(shell, "-c", substitution.apply(command.text()));
        builder.environment().put("SSH_CONNECTION", "198.51.100.1 50000 203.0.113.10 22");
        try {
            return new Running(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String authenticatedKey() {
        return Facts.KEY;
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
    public void close() {}

    private record Running(Process process) implements RemoteProcess {
        @Override
        public OutputStream stdin() {
            return process.getOutputStream();
        }

        @Override
        public InputStream stdout() {
            return process.getInputStream();
        }

        @Override
        public InputStream stderr() {
            return process.getErrorStream();
        }

        @Override
        public int waitFor() throws InterruptedException {
            return process.waitFor();
        }

        @Override
        public void signal(String name) {
            process.destroy();
        }

        @Override
        public void resize(int columns, int rows) {}

        @Override
        public void close() {
            process.destroy();
        }
    }
}
