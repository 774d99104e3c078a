package dev.pocketpaas.core.protocol;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A stream in pieces, each behind its length (4 bytes, the highest first); one of length 0 is the end. Who reads it knows a stream
 * that was cut off from one that has ended, which a channel of SSH alone does not tell.
 */
public final class Pieces {
    private static final int LENGTH = 32 * 1024;

    private Pieces() {}

    /**
     * Sends all of {@code in}, and its end.
     *
     * @throws IOException where either fails; then nothing says that it has ended
     */
    public static void send(InputStream in, OutputStream out) throws IOException {
        DataOutputStream pieces = new DataOutputStream(out);
        byte[] buffer = new byte[LENGTH];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            if (n > 0) {
                pieces.writeInt(n);
                pieces.write(buffer, 0, n);
                pieces.flush();
            }
        }
        pieces.writeInt(0);
        pieces.flush();
    }
}
