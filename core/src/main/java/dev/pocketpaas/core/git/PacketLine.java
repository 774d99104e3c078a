package dev.pocketpaas.core.git;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Packets as git frames them: four hexadecimal digits of length, themselves counted, then the bytes; {@code 0000} ends a part. They are written
 * with JGit's {@code PacketLineOut}. JGit's reader decodes each packet as text, which the output of a build in a side-band is not: a character
 * may begin in one packet and end in the next.
 */
final class PacketLine {
    private static final int HEADER = 4;

    private PacketLine() {}

    /** What {@link #read} found. */
    record Packet(Kind kind, byte[] bytes) {
        enum Kind {
            DATA,
            FLUSH,
            END
        }

        /** The text, without its newline. */
        String text() {
            int length = bytes.length > 0 && bytes[bytes.length - 1] == '\n' ? bytes.length - 1 : bytes.length;
            return new String(bytes, 0, length, StandardCharsets.UTF_8);
        }
    }

    private static final Packet FLUSH = new Packet(Packet.Kind.FLUSH, new byte[0]);
    private static final Packet END = new Packet(Packet.Kind.END, new byte[0]);

    static Packet read(InputStream in) throws IOException {
        byte[] header = in.readNBytes(HEADER);
        if (header.length == 0) {
            return END;
        }
        int length = length(header);
        if (length == 0) {
            return FLUSH;
        }
        if (length < HEADER) {
            throw new IOException("the host does not speak git's protocol");
        }
        byte[] bytes = in.readNBytes(length - HEADER);
        if (bytes.length < length - HEADER) {
            throw new EOFException("the host stopped in the middle of a packet");
        }
        return new Packet(Packet.Kind.DATA, bytes);
    }

    private static int length(byte[] header) throws IOException {
        @Nullable Integer length = null;
        if (header.length == HEADER) {
            String text = new String(header, StandardCharsets.US_ASCII);
            length = text.matches("[0-9a-fA-F]{4}") ? Integer.valueOf(text, 16) : null;
        }
        if (length == null) {
            throw new IOException("the host does not speak git's protocol");
        }
        return length;
    }
}
