package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.protocol.Verb;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Hands on what a command prints, byte for byte, but keeps back what may be the host's refusal to run it at all ({@code +fail}) until the exit
 * code tells which of the two it is.
 */
final class HeldOutput extends OutputStream {
    private static final byte[] BEGINNING = "+fail\t".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST = 16 * 1024;
    private static final List<Integer> REFUSALS = List.of(1, 2, 4, 5);

    private final OutputStream out;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private boolean open;

    HeldOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public synchronized void write(int b) throws IOException {
        if (open) {
            out.write(b);
            return;
        }
        int at = held.size();
        held.write(b);
        if (at >= LONGEST || (at < BEGINNING.length && b != BEGINNING[at])) {
            release();
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) throws IOException {
        int i = 0;
        while (!open && i < length) {
            write(bytes[from + i]);
            i++;
        }
        if (i < length) {
            out.write(bytes, from + i, length - i);
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        out.flush();
    }

    /** Call it when {@code verb} has ended with {@code status}: throws if it was a refusal. */
    synchronized void end(Verb verb, int status) throws IOException {
        String text = held.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
        boolean refusal = !open
                && REFUSALS.contains(status)
                && held.size() > BEGINNING.length
                && text.lines().allMatch(line -> line.startsWith("+fail\t") || line.startsWith("+hint\t"));
        if (refusal) {
            throw HostClient.refusal(verb, status, text);
        }
        release();
    }

    private void release() throws IOException {
        open = true;
        out.write(held.toByteArray());
        held.reset();
        out.flush();
    }
}
