package dev.pocketpaas.cli.shell;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Interruption;
import dev.pocketpaas.cli.terminal.ControlC;
import dev.pocketpaas.cli.terminal.LineEditor;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;

/** One command on the terminal: Ctrl-C ends it, and not the shell. */
final class AttendedCommand {
    private static final int INTERRUPTED = 130;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Environment around;
    private final SharedConnections connections;
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    private final Gate out;
    private final Gate err;
    private final Interruption interruption = new Interruption(code -> leave());
    private Thread worker = Thread.currentThread();

    AttendedCommand(Environment around, SharedConnections connections) {
        this.around = around;
        this.connections = connections;
        this.out = new Gate(around.stdout());
        this.err = new Gate(around.stderr());
    }

    /** Runs {@code command} to its end, or until the user leaves it; the exit code. */
    int run(LineEditor editor, ToIntFunction<Environment> command) {
        Environment inside = new Environment(
                around.variables(),
                around.workingDirectory(),
                editor.input(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                new Environment.Terminals(true, true, true, editor.columns()),
                around.clock(),
                interruption);
        worker = new Thread(
                () -> {
                    try {
                        end.complete(command.applyAsInt(inside));
                    } catch (RuntimeException | Error e) {
                        end.completeExceptionally(e);
                    }
                },
                "command");
        worker.setDaemon(true);
        try (ControlC keys = ControlC.answeredBy(this::leave)) {
            worker.start();
            int code = end.join();
            // What it has begun to clean up, such as the echo of the terminal, comes before the next line.
            worker.join(PATIENCE.toMillis());
            return code;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return INTERRUPTED;
        } finally {
            out.shut();
            err.shut();
        }
    }

    private void leave() {
        if (end.isDone()) {
            return;
        }
        Optional<String> sentence = interruption.sentence();
        out.shut();
        err.shut();
        around.stderr().println();
        sentence.ifPresent(around.stderr()::println);
        worker.interrupt();
        connections.interrupt();
        end.complete(INTERRUPTED);
    }

    /** A stream that can be shut: what comes later is from a command that was left. */
    private static final class Gate extends OutputStream {
        private final PrintStream to;
        private volatile boolean shut;

        Gate(PrintStream to) {
            this.to = to;
        }

        void shut() {
            shut = true;
        }

        @Override
        public void write(int b) throws IOException {
            if (!shut) {
                to.write(b);
                check();
            }
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (!shut) {
                to.write(bytes, from, length);
                check();
            }
        }

        @Override
        public void flush() throws IOException {
            if (!shut) {
                to.flush();
            }
        }

        private void check() throws IOException {
            if (to.checkError()) {
                throw new IOException("the output cannot be written");
            }
        }
    }
}
