package dev.pocketpaas.core.ssh;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.schmizz.concurrent.Event;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Message;
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

    private final Object room = new Object();
    private volatile boolean abandoned;
    private volatile boolean ending;

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
        end();
        if (isOpen()) {
            sendClose();
        }
        closeAllStreams();
    }

    /**
     * Waits until the far side takes more input. SSHJ's own stream waits with its lock held, which whoever tells it of the far side's end
     * needs first: a command that ends while much is sent to it would never be left.
     *
     * @return how many bytes it takes
     * @throws IOException when it takes no more at all
     */
    long awaitRoom() throws IOException {
        synchronized (room) {
            while (!hasEnded() && rwin.getSize() == 0) {
                try {
                    room.wait(POLL_MILLISECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while a command ran on the host");
                }
            }
        }
        if (hasEnded()) {
            throw new EOFException("the command has ended");
        }
        return rwin.getSize();
    }

    /** Whether the far side takes nothing more, as it has closed the channel, or we have. */
    boolean hasEnded() {
        return ending || !isOpen();
    }

    @Override
    public void handle(Message message, SSHPacket packet) throws SSHException {
        if (message == Message.CHANNEL_CLOSE) {
            end();
        }
        super.handle(message, packet);
        if (message == Message.CHANNEL_WINDOW_ADJUST) {
            tell();
        }
    }

    @Override
    public void notifyError(SSHException error) {
        end();
        super.notifyError(error);
    }

    private void end() {
        ending = true;
        tell();
    }

    private void tell() {
        synchronized (room) {
            room.notifyAll();
        }
    }

    @Override
    protected void receiveInto(ChannelInputStream stream, SSHPacket packet) throws SSHException {
        // Data on its way after we have left would end the whole connection.
        if (!abandoned) {
            super.receiveInto(stream, packet);
        }
    }
}
