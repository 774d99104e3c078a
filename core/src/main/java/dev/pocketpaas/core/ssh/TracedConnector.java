package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.name.HostAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Connects as another connector does, and tells of each call: logging in, and every command that runs on the host. */
public final class TracedConnector implements SshConnector {
    private final SshConnector connector;
    private final Consumer<RemoteCall> told;
    private final LongSupplier nanoTime;

    /**
     * @param connector makes the connections
     * @param told hears of each call when it is over
     * @param nanoTime a clock, as {@link System#nanoTime()}
     */
    public TracedConnector(SshConnector connector, Consumer<RemoteCall> told, LongSupplier nanoTime) {
        this.connector = connector;
        this.told = told;
        this.nanoTime = nanoTime;
    }

    @Override
    public SshConnection connect(HostAddress address) {
        return traced(address, connector::connect);
    }

    @Override
    public SshConnection connectAnew(HostAddress address) {
        return traced(address, connector::connectAnew);
    }

    private SshConnection traced(HostAddress address, Function<HostAddress, SshConnection> way) {
        long start = nanoTime.getAsLong();
        SshConnection connection = way.apply(address);
        told.accept(new RemoteCall("log in as " + address, since(start), connection.loginRoundTrips(), 0, 0));
        return new Traced(connection);
    }

    @Override
    public Optional<String> configuredUser(HostAddress address) {
        return connector.configuredUser(address);
    }

    @Override
    public SshRoute route(HostAddress address) {
        return connector.route(address);
    }

    private Duration since(long start) {
        return Duration.ofNanos(nanoTime.getAsLong() - start);
    }

    private final class Traced implements SshConnection {
        private final SshConnection connection;

        Traced(SshConnection connection) {
            this.connection = connection;
        }

        @Override
        public RemoteProcess start(RemoteCommand command) {
            long start = nanoTime.getAsLong();
            return new TracedProcess(
                    connection.start(command),
                    (trips, sent, received) -> told.accept(new RemoteCall(
                            CallText.of(command.text()), since(start), OptionalInt.of(trips), sent, received)));
        }

        @Override
        public String authenticatedKey() {
            return connection.authenticatedKey();
        }

        @Override
        public int channelsOpened() {
            return connection.channelsOpened();
        }

        @Override
        public OptionalInt loginRoundTrips() {
            return connection.loginRoundTrips();
        }

        @Override
        public String peer() {
            return connection.peer();
        }

        @Override
        public boolean isDirect() {
            return connection.isDirect();
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
