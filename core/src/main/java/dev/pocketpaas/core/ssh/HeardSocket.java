package dev.pocketpaas.core.ssh;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A socket that remembers the first bytes that came, to tell what a server is that is no SSH server. */
class HeardSocket extends Socket {
    private static final int KEPT = 200;

    private final byte[] first = new byte[KEPT];
    private volatile int count;

    @Override
    public InputStream getInputStream() throws IOException {
        return listening(super.getInputStream());
    }

    final InputStream listening(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                int value = super.read();
                if (value >= 0 && count < KEPT) {
                    first[count++] = (byte) value;
                }
                return value;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int n = super.read(bytes, offset, length);
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
