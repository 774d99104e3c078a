package dev.pocketpaas.core.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.function.LongConsumer;

/** Counts what is read, and remembers whether it ends with zeros. */
final class CountedInput extends FilterInputStream {
    private final LongConsumer each;
    private long count;
    private long zeros;

    /**
     * @param each gets the number of bytes read so far, after each read; may throw
     */
    CountedInput(InputStream in, LongConsumer each) {
        super(new PushbackInputStream(in, 512));
        this.each = each;
    }

    /** How many bytes were read. */
    long count() {
        return count;
    }

    /** Whether the last {@code number} bytes were zeros. */
    boolean endsWithZeros(int number) {
        return zeros >= number;
    }

    /** The next bytes, which are still to be read; fewer at the end. */
    byte[] peek(int number) throws IOException {
        byte[] head = in.readNBytes(number);
        ((PushbackInputStream) in).unread(head);
        return head;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int got = super.read(bytes, offset, length);
        if (got > 0) {
            count += got;
            int at = got;
            while (at > 0 && bytes[offset + at - 1] == 0) {
                at--;
            }
            zeros = at == 0 ? zeros + got : got - at;
            each.accept(count);
        }
        return got;
    }

    @Override
    public long skip(long number) throws IOException {
        byte[] buffer = new byte[(int) Math.min(8192, Math.max(1, number))];
        int got = read(buffer, 0, (int) Math.min(buffer.length, number));
        return Math.max(0, got);
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
