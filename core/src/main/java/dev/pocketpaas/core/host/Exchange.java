package dev.pocketpaas.core.host;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One command on a host, over one channel: input in; output, what is printed beside it, and a status out. Verbs and root's shell are both made of
 * it.
 *
 * @param connection where it runs
 * @param command what runs
 * @param cureWhenLost what to do when the connection is lost meanwhile
 */
public record Exchange(SshConnection connection, RemoteCommand command, String cureWhenLost) {
    /** What to do where the connection was lost and the work does not depend on it. Only a host that is up goes on. */
    public static final String GOES_ON_UNLESS_DOWN =
            "what was started continues on the host, unless the host itself went down; run the same command again";

    /** The status of a command that nobody knows the end of. */
    public static final int LOST = 255;

    private static final int LONGEST_STDERR = 64 * 1024;

    /** What the command reads. */
    @FunctionalInterface
    public interface Input {
        /** Writes it to the command's standard input. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * What the command left.
     *
     * @param status its exit status; {@link #LOST} when the connection was lost
     * @param output its standard output, where that was captured
     * @param errors the first 64 KiB of its standard error
     */
    public record Ended(int status, byte[] output, String errors) {}

    /**
     * Runs it and keeps what it prints.
     *
     * @throws PocketException when the connection is lost
     */
    public Ended capture(Input input) {
        return run(input, InputStream::readAllBytes);
    }

    /**
     * Runs it and hands on each line that it prints, as it comes.
     *
     * @throws PocketException when the connection is lost
     */
    public Ended lines(Input input, Consumer<String> lines) {
        return run(input, handingOn(lines));
    }

    /**
     * The same, handing on lines while {@code input} is still being sent: where that takes long, or waits for somebody. A command that ends
     * before has not read the rest.
     *
     * @throws PocketException when the connection is lost
     */
    public Ended linesMeanwhile(Input input, Consumer<String> lines) {
        try (RemoteProcess process = connection.start(command)) {
            Pump errors = Pump.start(process.stderr());
            AtomicReference<IOException> unsent = new AtomicReference<>();
            // What it reads from may wait for ever, so this thread may remain.
            Thread sending = new Thread(() -> send(process, input).ifPresent(unsent::set), "host-stdin");
            sending.setDaemon(true);
            sending.start();
            return ended(process, handingOn(lines), errors, () -> Optional.ofNullable(unsent.get()));
        } catch (IOException e) {
            throw lost(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static Reading handingOn(Consumer<String> lines) {
        return stdout -> {
            BufferedReader reader = new BufferedReader(new InputStreamReader(stdout, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.accept(line);
            }
            return new byte[0];
        };
    }

    @FunctionalInterface
    private interface Reading {
        byte[] from(InputStream stdout) throws IOException;
    }

    private Ended run(Input input, Reading reading) {
        try (RemoteProcess process = connection.start(command)) {
            Pump errors = Pump.start(process.stderr());
            Optional<IOException> unsent = send(process, input);
            return ended(process, reading, errors, () -> unsent);
        } catch (IOException e) {
            throw lost(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static Ended ended(
            RemoteProcess process, Reading reading, Pump errors, Supplier<Optional<IOException>> unsent)
            throws IOException, InterruptedException {
        byte[] output = reading.from(process.stdout());
        int status = process.waitFor();
        Optional<IOException> failure = unsent.get();
        if (failure.isPresent() && status == LOST) {
            throw failure.get();
        }
        return new Ended(status, output, errors.text());
    }

    private PocketException lost(IOException cause) {
        return PocketException.unreachable("the connection to the host was lost", cureWhenLost, cause);
    }

    private static PocketException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, cause);
    }

    /** Sends {@code input}; why that failed. A command that refuses closes its end before it has read everything. */
    private static Optional<IOException> send(RemoteProcess process, Input input) {
        try (OutputStream stdin = process.stdin()) {
            input.writeTo(stdin);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }

    /** Reads a stream to its end in a thread of its own, keeping the first bytes: both streams share one window. */
    private static final class Pump {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final Thread thread;

        private Pump(InputStream in) {
            this.thread = new Thread(() -> copy(in), "host-stderr");
            thread.setDaemon(true);
        }

        static Pump start(InputStream in) {
            Pump pump = new Pump(in);
            pump.thread.start();
            return pump;
        }

        String text() throws InterruptedException {
            thread.join(2000);
            synchronized (kept) {
                return kept.toString(StandardCharsets.UTF_8);
            }
        }

        private void copy(InputStream in) {
            byte[] buffer = new byte[8192];
            try {
                int n = in.read(buffer);
                while (n >= 0) {
                    synchronized (kept) {
                        kept.write(buffer, 0, Math.min(n, LONGEST_STDERR - kept.size()));
                    }
                    n = in.read(buffer);
                }
            } catch (IOException e) {
                // The channel is gone; what was read so far is what there is.
            }
        }
    }
}
