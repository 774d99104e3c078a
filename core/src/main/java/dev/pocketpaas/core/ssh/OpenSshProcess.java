package dev.pocketpaas.core.ssh;

import java.io.File;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A command that an {@code ssh} of its own runs. What a signal ended has the exit status 255 here: ssh does not tell it. */
final class OpenSshProcess implements RemoteProcess {
    private static final int LOST = 255;
    /** What a connection that is lost takes with it ends within this time. */
    private static final long SETTLED_MILLIS = 1000;

    private final Process process;
    private final Process master;
    private final @Nullable Path tty;
    private final OutputStream stdin;

    /**
     * @param master the waiting ssh
     * @param tty a file with the name of the terminal that the process has, or null
     */
    OpenSshProcess(Process process, Process master, @Nullable Path tty) {
        this.process = process;
        this.master = master;
        this.tty = tty;
        this.stdin = new Stdin(process);
    }

    @Override
    public OutputStream stdin() {
        return stdin;
    }

    @Override
    public InputStream stdout() {
        return process.getInputStream();
    }

    @Override
    public InputStream stderr() {
        return process.getErrorStream();
    }

    @Override
    public int waitFor() throws InterruptedException {
        int status = process.waitFor();
        if (status == LOST) {
            // Whoever asks next is to see that the connection is gone.
            master.waitFor(SETTLED_MILLIS, TimeUnit.MILLISECONDS);
        }
        return status;
    }

    @Override
    public void signal(String name) {
        process.destroy();
    }

    @Override
    public void resize(int columns, int rows) {
        Path named = tty;
        if (named == null) {
            return;
        }
        try {
            File terminal = new File(Files.readString(named).strip());
            new ProcessBuilder("stty", "rows", rows + "", "cols", columns + "")
                    .redirectInput(terminal)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            // It has ended already; its terminal has no size.
            return;
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            process.getInputStream().close();
            process.getErrorStream().close();
        } catch (IOException e) {
            // It is gone.
            return;
        }
    }

    /** Closing it is no error when the command ended without reading everything, which is its right. */
    private static final class Stdin extends FilterOutputStream {
        private final Process process;
        private boolean closed;

        Stdin(Process process) {
            super(process.getOutputStream());
            this.process = process;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                out.close();
            } catch (IOException e) {
                // A pipe breaks a moment before the one who read it is known to have ended.
                if (process.isAlive() && !isBroken(e)) {
                    throw e;
                }
            }
        }

        private static boolean isBroken(IOException e) {
            return String.valueOf(e.getMessage()).contains("Broken pipe");
        }
    }
}
