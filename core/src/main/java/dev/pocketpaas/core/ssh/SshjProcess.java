package dev.pocketpaas.core.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.connection.channel.direct.Signal;

/** A command on a channel of SSHJ. */
final class SshjProcess implements RemoteProcess {
    private static final int LOST = 255;
    private static final Map<Signal, Integer> NUMBERS = Map.ofEntries(
            Map.entry(Signal.HUP, 1),
            Map.entry(Signal.INT, 2),
            Map.entry(Signal.QUIT, 3),
            Map.entry(Signal.ILL, 4),
            Map.entry(Signal.ABRT, 6),
            Map.entry(Signal.FPE, 8),
            Map.entry(Signal.KILL, 9),
            Map.entry(Signal.USR1, 10),
            Map.entry(Signal.SEGV, 11),
            Map.entry(Signal.USR2, 12),
            Map.entry(Signal.PIPE, 13),
            Map.entry(Signal.ALRM, 14),
            Map.entry(Signal.TERM, 15));

    private final ExecChannel channel;
    private final OutputStream stdin;

    SshjProcess(ExecChannel channel) {
        this.channel = channel;
        this.stdin = new Stdin(channel);
    }

    @Override
    public OutputStream stdin() {
        return stdin;
    }

    @Override
    public InputStream stdout() {
        return channel.getInputStream();
    }

    @Override
    public InputStream stderr() {
        return channel.getErrorStream();
    }

    @Override
    public int waitFor() throws InterruptedException {
        try {
            channel.join();
        } catch (SSHException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while a command ran on the host");
            }
            // The connection went; a status that came before it still counts.
        }
        Integer status = channel.getExitStatus();
        Signal signal = channel.getExitSignal();
        if (status != null) {
            return status;
        }
        return signal == null ? LOST : 128 + NUMBERS.getOrDefault(signal, LOST - 128);
    }

    @Override
    public void signal(String name) {
        try {
            channel.signal(Signal.valueOf(name));
        } catch (SSHException e) {
            // It has ended already; nobody is left to get the signal.
            return;
        }
    }

    @Override
    public void resize(int columns, int rows) {
        try {
            channel.changeWindowDimensions(columns, rows, 0, 0);
        } catch (SSHException e) {
            // It has ended already; its terminal has no size.
            return;
        }
    }

    @Override
    public void close() {
        try {
            channel.abandon();
        } catch (SSHException e) {
            // The connection is gone, and the channel with it.
            return;
        }
    }

    /**
     * Sends as much at a time as the far side takes, so that SSHJ never waits for it ({@link ExecChannel#awaitRoom}). SSHJ drops what is buffered
     * when a stream is closed while the far side does not read: it is sent first.
     */
    private static final class Stdin extends OutputStream {
        private static final int BUFFER = 32 * 1024;

        private final ExecChannel channel;
        private final byte[] buffer = new byte[BUFFER];
        private int buffered;
        private boolean closed;

        Stdin(ExecChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int at = offset;
            int left = length;
            // With nothing to send it does not matter whether the command has ended.
            while (left > 0) {
                if (buffered == BUFFER) {
                    flush();
                }
                int piece = Math.min(left, BUFFER - buffered);
                System.arraycopy(bytes, at, buffer, buffered, piece);
                buffered += piece;
                at += piece;
                left -= piece;
            }
        }

        @Override
        public void flush() throws IOException {
            // A stream around this one flushes once more before it closes; the command may have ended by then.
            int at = 0;
            int left = buffered;
            buffered = 0;
            while (left > 0) {
                int piece = (int) Math.min(left, channel.awaitRoom());
                channel.getOutputStream().write(buffer, at, piece);
                channel.getOutputStream().flush();
                at += piece;
                left -= piece;
            }
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                flush();
            } catch (IOException e) {
                if (!channel.hasEnded()) {
                    throw e;
                }
                // The command ended without reading everything, which is its right.
            }
            channel.getOutputStream().close();
        }
    }
}
