package dev.pocketpaas.cli.shell;

import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.machine.Commands;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keeps each connection open for the next command. One that was lost in between is opened again. */
final class SharedConnections implements Collaborators, AutoCloseable {
    private final Collaborators real;
    private final Map<String, SshConnection> open = new LinkedHashMap<>();
    private final Set<RemoteProcess> running = ConcurrentHashMap.newKeySet();

    SharedConnections(Collaborators real) {
        this.real = real;
    }

    @Override
    public SshConnector connector(SshSettings settings, SshPrompts prompts) {
        SshConnector connector = real.connector(settings, prompts);
        return new SshConnector() {
            @Override
            public SshConnection connect(HostAddress address) {
                return new Lease(connector, address, address + " " + settings.transport());
            }

            @Override
            public SshConnection connectAnew(HostAddress address) {
                return connector.connectAnew(address);
            }

            @Override
            public Optional<String> configuredUser(HostAddress address) {
                return connector.configuredUser(address);
            }
        };
    }

    @Override
    public Commands commands() {
        return real.commands();
    }

    /** Ends what the command at work does on its host. */
    void interrupt() {
        List.copyOf(running).forEach(RemoteProcess::close);
    }

    private synchronized SshConnection open(String key, SshConnector connector, HostAddress address) {
        SshConnection connection = open.get(key);
        if (connection == null) {
            connection = connector.connect(address);
            open.put(key, connection);
        }
        return connection;
    }

    private synchronized void drop(String key, SshConnection connection) {
        if (open.remove(key, connection)) {
            connection.close();
        }
    }

    @Override
    public synchronized void close() {
        open.values().forEach(SshConnection::close);
        open.clear();
    }

    /** A connection as one command has it: closing it leaves it open. */
    private final class Lease implements SshConnection {
        private final SshConnector connector;
        private final HostAddress address;
        private final String key;

        Lease(SshConnector connector, HostAddress address, String key) {
            this.connector = connector;
            this.address = address;
            this.key = key;
            open(key, connector, address);
        }

        private SshConnection connection() {
            return open(key, connector, address);
        }

        @Override
        public RemoteProcess start(RemoteCommand command) {
            SshConnection connection = connection();
            try {
                return new Tracked(connection.start(command));
            } catch (PocketException e) {
                if (e.exitCode() != ExitCode.UNREACHABLE) {
                    throw e;
                }
                // Nothing was sent yet: what was lost while nobody looked is opened again.
                drop(key, connection);
                return new Tracked(connection().start(command));
            }
        }

        @Override
        public String authenticatedKey() {
            return connection().authenticatedKey();
        }

        @Override
        public int channelsOpened() {
            return connection().channelsOpened();
        }

        @Override
        public String peer() {
            return connection().peer();
        }

        @Override
        public boolean isDirect() {
            return connection().isDirect();
        }

        @Override
        public void close() {}
    }

    /** A process that can be ended by {@link #interrupt}. */
    private final class Tracked implements RemoteProcess {
        private final RemoteProcess process;

        Tracked(RemoteProcess process) {
            this.process = process;
            running.add(this);
        }

        @Override
        public OutputStream stdin() {
            return process.stdin();
        }

        @Override
        public InputStream stdout() {
            return process.stdout();
        }

        @Override
        public InputStream stderr() {
            return process.stderr();
        }

        @Override
        public int waitFor() throws InterruptedException {
            return process.waitFor();
        }

        @Override
        public void signal(String name) {
            process.signal(name);
        }

        @Override
        public void resize(int columns, int rows) {
            process.resize(columns, rows);
        }

        @Override
        public void close() {
            running.remove(this);
            process.close();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
