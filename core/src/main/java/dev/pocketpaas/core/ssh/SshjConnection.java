package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import net.schmizz.sshj.SSHClient;

/** A connection by SSHJ. */
final class SshjConnection implements SshConnection {
    private final SSHClient client;
    private final String key;
    private final String peer;
    private final String host;
    private final AtomicInteger channels = new AtomicInteger();

    SshjConnection(SSHClient client, String key, String peer, String host) {
        this.client = client;
        this.key = key;
        this.peer = peer;
        this.host = host;
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
            if (!client.isConnected()) {
                throw PocketException.unreachable(
                        "the connection to " + host + " was lost", "check your network, then run the command again", e);
            }
            throw PocketException.unreachable(
                    host + " does not start a command: " + e.getMessage(),
                    "\"ssh\" to the host and try it there; its SSH server may allow too few sessions",
                    e);
        }
    }

    @Override
    public String authenticatedKey() {
        return key;
    }

    @Override
    public int channelsOpened() {
        return channels.get();
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public void close() {
        disconnect(client);
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
