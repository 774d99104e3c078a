package dev.pocketpaas.core.ssh;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A socket that remembers the first bytes that came, to tell what a server is that is no SSH server, and counts round trips. */
class HeardSocket extends Socket {
    private static final int KEPT = 200;

    private final byte[] first = new byte[KEPT];
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicInteger roundTrips = new AtomicInteger();
    private volatile int count;

    @Override
    public InputStream getInputStream() throws IOException {
        return listening(super.getInputStream());
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return asking(super.getOutputStream());
    }

    /** How often something came after something had been sent. */
    final int roundTrips() {
        return roundTrips.get();
    }

    final OutputStream asking(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(int value) throws IOException {
                asked.set(true);
                super.out.write(value);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                asked.set(true);
                super.out.write(bytes, offset, length);
            }
        };
    }

    private void heardSomething() {
        if (asked.compareAndSet(true, false)) {
            roundTrips.incrementAndGet();
        }
    }

    final InputStream listening(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                int value = super.read();
                heardSomething();
                if (value >= 0 && count < KEPT) {
                    first[count++] = (byte) value;
                }
                return value;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int n = super.read(bytes, offset, length);
                heardSomething();
                if (n > 0 && count < KEPT) {
                    int more = Math.min(n, KEPT - count);
                    System.arraycopy(bytes, offset, first, count, more);
                    count += more;
                }
                return n;
            }
        };
    }

    /** The beginning of what was read so far. */
    final String heard() {
        return new String(first, 0, count, StandardCharsets.ISO_8859_1);
    }
}
