package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.net.SocketException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import net.schmizz.sshj.SSHClient;

/** A connection by SSHJ. */
final class SshjConnection implements SshConnection {
    private final SSHClient client;
    private final Optional<String> key;
    private final Way way;
    private final SshTarget target;
    private final AtomicInteger channels = new AtomicInteger();
    private final OptionalInt loginRoundTrips;

    /**
     * @param key the user's public key, or nothing where there is none
     */
    SshjConnection(SSHClient client, Optional<String> key, Way way, SshTarget target) {
        this.client = client;
        this.key = key;
        this.way = way;
        this.target = target;
        this.loginRoundTrips = way.roundTrips();
    }

    @Override
    public RemoteProcess start(RemoteCommand command) {
        try {
            ExecChannel channel = new ExecChannel(client.getConnection());
            channel.open();
            channels.incrementAndGet();
            channel.execute(command);
            return new SshjProcess(channel);
        } catch (IOException | IllegalStateException e) {
            if (!client.isConnected() || isOfSocket(e)) {
                throw PocketException.unreachable(
                        "the connection to " + target.display() + " was lost",
                        "check your network, then run the command again",
                        e);
            }
            throw PocketException.unreachable(
                    target.display() + " does not start a command: " + e.getMessage(),
                    "\"ssh\" to the host and try it there; its SSH server may allow too few sessions",
                    e);
        }
    }

    /** Whether the socket itself failed: for a moment after its end the client does not know yet that it is not connected. */
    private static boolean isOfSocket(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String authenticatedKey() {
        return key.orElseThrow(() -> Handshakes.noKey(target));
    }

    @Override
    public int channelsOpened() {
        return channels.get();
    }

    @Override
    public OptionalInt loginRoundTrips() {
        return loginRoundTrips;
    }

    @Override
    public String peer() {
        return way.peer();
    }

    @Override
    public boolean isDirect() {
        return way.isDirect();
    }

    @Override
    public void close() {
        disconnect(client);
        way.close();
    }

    static void disconnect(SSHClient client) {
        try {
            client.disconnect();
        } catch (IOException e) {
            // The far side is told as far as it still listens.
            return;
        }
    }
}
