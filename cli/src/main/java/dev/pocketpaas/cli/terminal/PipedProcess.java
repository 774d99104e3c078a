package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;

/** A remote process on our own standard streams, without a terminal. */
public final class PipedProcess {
    static final Verb RUN = Verb.of("run");

    private PipedProcess() {}

    /** Runs {@code process} to its end and returns its exit code. */
    public static int run(RemoteProcess process, Environment environment) {
        try (process) {
            // A read from the process's standard input cannot be interrupted, so this thread may remain.
            Thread keys = daemon("stdin", () -> {
                try (OutputStream stdin = process.stdin()) {
                    copy(environment.stdin(), stdin);
                }
            });
            HeldOutput out = new HeldOutput(environment.stdout());
            HeldOutput err = new HeldOutput(environment.stderr());
            Thread errors = daemon("stderr", () -> copy(process.stderr(), err));
            if (!copyWhileRead(process.stdout(), out, environment.stdout())) {
                // Nobody reads any more. The program's end says so; the command ends with its channel.
                stop(keys, environment);
                return 0;
            }
            errors.join();
            int status = process.waitFor();
            stop(keys, environment);
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

    /** Ends a thread that reads keys for a process that has ended: the next ones belong to the shell. */
    static void stop(Thread keys, Environment environment) throws InterruptedException {
        if (environment.stdin() instanceof TerminalInput) {
            keys.interrupt();
            keys.join(1000);
        }
    }

    /** Copies until the input ends (true), or until {@code last} can no longer be written (false). */
    private static boolean copyWhileRead(InputStream in, OutputStream out, PrintStream last) throws IOException {
        byte[] buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
            out.flush();
            if (last.checkError()) {
                return false;
            }
        }
        return true;
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
