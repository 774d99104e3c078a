package dev.pocketpaas.cli.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import org.jline.terminal.Terminal;
import org.jline.utils.NonBlockingInputStream;

/**
 * Standard input of a command inside of a shell. Unlike a read of the process's own standard input, one of it can be interrupted: a key that is
 * typed later belongs to the shell.
 */
final class TerminalInput extends InputStream {
    private static final int PATIENCE = 100;

    private final Terminal terminal;
    private final NonBlockingInputStream in;

    TerminalInput(Terminal terminal) {
        this.terminal = terminal;
        this.in = (NonBlockingInputStream) terminal.input();
    }

    /** The terminal that it reads from. */
    Terminal terminal() {
        return terminal;
    }

    @Override
    public int read() throws IOException {
        int next = in.read(PATIENCE);
        while (next == NonBlockingInputStream.READ_EXPIRED) {
            // Cleared: what cleans up after this must not be interrupted, too.
            if (Thread.interrupted()) {
                throw new InterruptedIOException("interrupted");
            }
            next = in.read(PATIENCE);
        }
        return next;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int next = read();
        if (next < 0) {
            return -1;
        }
        bytes[from] = (byte) next;
        int count = 1;
        while (count < length && in.peek(1) >= 0) {
            bytes[from + count] = (byte) in.read(1);
            count++;
        }
        return count;
    }
}
