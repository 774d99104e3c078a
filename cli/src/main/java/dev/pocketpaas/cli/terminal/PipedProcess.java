package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** A remote process on our own standard streams, without a terminal. */
public final class PipedProcess {
    static final Verb RUN = Verb.of("run");

    private PipedProcess() {}

    /** Runs {@code process} to its end and returns its exit code. */
    public static int run(RemoteProcess process, Environment environment) {
        try (process) {
            // A read from standard input cannot be interrupted, so this thread may remain.
            daemon("stdin", () -> {
                try (OutputStream stdin = process.stdin()) {
                    copy(environment.stdin(), stdin);
                }
            });
            HeldOutput out = new HeldOutput(environment.stdout());
            HeldOutput err = new HeldOutput(environment.stderr());
            Thread errors = daemon("stderr", () -> copy(process.stderr(), err));
            copy(process.stdout(), out);
            errors.join();
            int status = process.waitFor();
            out.end(RUN, status);
            err.end(RUN, status);
            return status;
        } catch (IOException e) {
            throw PocketException.unreachable("the connection to the host was lost", null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, e);
        }
    }

    static Thread daemon(String name, Copying copying) {
        Thread thread = new Thread(
                () -> {
                    try {
                        copying.run();
                    } catch (IOException e) {
                        // The other end is gone; the exit code says why.
                    }
                },
                "run-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[8192];
        int n = in.read(buffer);
        while (n >= 0) {
            out.write(buffer, 0, n);
            out.flush();
            n = in.read(buffer);
        }
    }

    /** Work that ends with a stream. */
    @FunctionalInterface
    interface Copying {
        void run() throws IOException;
    }
}
