package dev.pocketpaas.core.ssh;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.schmizz.concurrent.Event;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.ConnectionException;
import net.schmizz.sshj.connection.channel.ChannelInputStream;
import net.schmizz.sshj.connection.channel.direct.PTYMode;
import net.schmizz.sshj.connection.channel.direct.SessionChannel;
import net.schmizz.sshj.transport.TransportException;

/** A channel with one command. The terminal and the command are asked for in one flight, and it can be left without waiting. */
final class ExecChannel extends SessionChannel {
    private static final int POLL_MILLISECONDS = 500;

    private volatile boolean abandoned;

    ExecChannel(Connection connection) {
        super(connection);
    }

    /**
     * SSHJ's own would wait for an answer as long as a host may take, also where the connection is lost between its last news to the channels
     * and this one: nobody tells a channel that comes that late.
     */
    @Override
    public void open() throws ConnectionException, TransportException {
        trans.write(buildOpenReq());
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(conn.getTimeoutMs());
        while (!openEvent.tryAwait(POLL_MILLISECONDS, TimeUnit.MILLISECONDS)) {
            if (!trans.isRunning()) {
                throw new ConnectionException("the connection is lost");
            }
            if (System.nanoTime() - end > 0) {
                throw new ConnectionException("no answer to a new channel");
            }
        }
    }

    void execute(RemoteCommand command) throws ConnectionException, TransportException {
        RemoteCommand.Terminal terminal = command.terminal();
        Event<ConnectionException> pty = terminal == null
                ? null
                : sendChannelRequest(
                        "pty-req",
                        true,
                        new Buffer.PlainBuffer()
                                .putString(terminal.type())
                                .putUInt32(terminal.columns())
                                .putUInt32(terminal.rows())
                                .putUInt32(0)
                                .putUInt32(0)
                                .putBytes(PTYMode.encode(Map.of())));
        Event<ConnectionException> exec =
                sendChannelRequest("exec", true, new Buffer.PlainBuffer().putString(command.text()));
        if (pty != null) {
            pty.await(conn.getTimeoutMs(), TimeUnit.MILLISECONDS);
        }
        exec.await(conn.getTimeoutMs(), TimeUnit.MILLISECONDS);
    }

    /** Ends the channel at once. SSHJ's own {@code close} waits for the far side, which may be busy for long. */
    void abandon() throws TransportException {
        abandoned = true;
        if (isOpen()) {
            sendClose();
        }
        closeAllStreams();
    }

    @Override
    protected void receiveInto(ChannelInputStream stream, SSHPacket packet) throws SSHException {
        // Data on its way after we have left would end the whole connection.
        if (!abandoned) {
            super.receiveInto(stream, packet);
        }
    }
}
