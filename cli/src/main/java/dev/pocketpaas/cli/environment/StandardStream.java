package dev.pocketpaas.cli.environment;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A standard stream of the process, UTF-8. A {@link PrintStream} never fails; this one remembers why it should have. */
public final class StandardStream extends PrintStream {
    private final Sink sink;

    private StandardStream(Sink sink) {
        super(sink, true, StandardCharsets.UTF_8);
        this.sink = sink;
    }

    /** The stream over {@code out}. */
    public static StandardStream of(OutputStream out) {
        return new StandardStream(new Sink(out));
    }

    /** Why something could not be written, if that was so. */
    public Optional<IOException> failure() {
        checkError();
        return Optional.ofNullable(sink.failure);
    }

    private static final class Sink extends OutputStream {
        private final OutputStream out;
        private @Nullable IOException failure;

        Sink(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
