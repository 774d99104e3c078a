package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Function;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A remote process on the user's terminal. Every key goes to it, and its window follows ours in size. */
public final class FarShell {
    private FarShell() {}

    /** Runs what {@code start} starts to its end and returns its exit code. */
    public static int run(Function<RemoteCommand.Terminal, RemoteProcess> start, Environment environment) {
        try {
            if (environment.stdin() instanceof TerminalInput input) {
                return on(input.terminal(), start, environment);
            }
            // The probe for a terminal's abilities would print escape sequences and swallow keys that are meant for the
            // remote process.
            try (Terminal terminal = TerminalBuilder.builder()
                    .system(true)
                    .dumb(false)
                    .nativeSignals(true)
                    .graphemeCluster(false)
                    .build()) {
                return on(terminal, start, environment);
            }
        } catch (IOException e) {
            throw PocketException.unreachable("the connection to the host was lost", null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, e);
        }
    }

    private static int on(
            Terminal terminal, Function<RemoteCommand.Terminal, RemoteProcess> start, Environment environment)
            throws IOException, InterruptedException {
        String type = environment.get(EnvironmentVariable.TERM).orElse("xterm");
        Attributes before = terminal.enterRawMode();
        try (RemoteProcess process = start.apply(new RemoteCommand.Terminal(
                type, terminal.getSize().getColumns(), terminal.getSize().getRows()))) {
            Terminal.SignalHandler resized = terminal.handle(
                    Terminal.Signal.WINCH,
                    signal -> process.resize(
                            terminal.getSize().getColumns(), terminal.getSize().getRows()));
            // Not with the terminal's own reader: closing the terminal would wait for a key press.
            Thread keys = PipedProcess.daemon("keys", () -> {
                try (OutputStream stdin = process.stdin()) {
                    PipedProcess.copy(environment.stdin(), stdin);
                }
            });
            try {
                HeldOutput out = new HeldOutput(environment.stdout());
                PipedProcess.daemon("stderr", () -> PipedProcess.copy(process.stderr(), environment.stdout()));
                PipedProcess.copy(process.stdout(), out);
                int status = process.waitFor();
                out.end(PipedProcess.RUN, status);
                return status;
            } finally {
                PipedProcess.stop(keys, environment);
                terminal.handle(Terminal.Signal.WINCH, resized);
            }
        } finally {
            terminal.setAttributes(before);
        }
    }
}
