package dev.pocketpaas.core.ssh;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A remote command whose bytes are counted, and how often its answer was waited for. */
final class TracedProcess implements RemoteProcess {
    /** Opening the channel and asking for the command. */
    private static final int OPENING = 2;

    private final RemoteProcess process;
    private final Ended ended;
    private final OutputStream stdin;
    private final InputStream stdout;
    private final InputStream stderr;
    private long sent;
    private long received;
    private int trips = OPENING;
    /** Whether something was sent since the last answer. */
    private boolean asked = true;

    private boolean over;

    TracedProcess(RemoteProcess process, Ended ended) {
        this.process = process;
        this.ended = ended;
        this.stdin = new Sent(process.stdin());
        this.stdout = new Received(process.stdout());
        this.stderr = new Received(process.stderr());
    }

    /** Hears of the end, once. */
    @FunctionalInterface
    interface Ended {
        void told(int trips, long sent, long received);
    }

    private synchronized void count(int bytes, boolean up) {
        if (up) {
            sent += bytes;
            asked = true;
        } else {
            received += bytes;
            trips += asked ? 1 : 0;
            asked = false;
        }
    }

    private void end() {
        int all;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            // The end was waited for, too.
            all = trips + (asked ? 1 : 0);
        }
        ended.told(all, sent, received);
    }

    @Override
    public OutputStream stdin() {
        return stdin;
    }

    @Override
    public InputStream stdout() {
        return stdout;
    }

    @Override
    public InputStream stderr() {
        return stderr;
    }

    @Override
    public int waitFor() throws InterruptedException {
        int status = process.waitFor();
        end();
        return status;
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
        process.close();
        end();
    }

    private final class Sent extends FilterOutputStream {
        Sent(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            count(1, true);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count(length, true);
        }

        @Override
        public void close() throws IOException {
            // Not as FilterOutputStream does: the stream below decides whether there is anything to flush.
            out.close();
        }
    }

    private final class Received extends FilterInputStream {
        Received(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            if (value >= 0) {
                count(1, false);
            }
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = in.read(bytes, offset, length);
            if (n > 0) {
                count(n, false);
            }
            return n;
        }
    }
}
