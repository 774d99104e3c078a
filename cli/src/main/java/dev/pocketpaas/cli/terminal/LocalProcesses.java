package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Several commands that run on this machine until the first of them ends; then the others are ended, too. */
public final class LocalProcesses {
    private static final long GRACE_SECONDS = 5;
    private static final int READERS_SECONDS = 2;

    private final Path directory;
    private final Said said;
    private final List<Running> all = new ArrayList<>();
    private final BlockingQueue<Running> ended = new LinkedBlockingQueue<>();
    private boolean ending;

    /** Hears what they print. */
    @FunctionalInterface
    public interface Said {
        /** One line of {@code process}; called by several threads, one at a time. */
        void line(String process, String text);
    }

    /**
     * A command.
     *
     * @param name for example {@code web.1}
     * @param command a line for the shell
     * @param environment all its variables
     */
    public record Local(String name, String command, Map<String, String> environment) {}

    private record Running(String name, Process process, Thread reader) {}

    /** They run in {@code directory}. */
    public LocalProcesses(Path directory, Said said) {
        this.directory = directory;
        this.said = said;
    }

    /** Starts them and waits; the exit code of the one that ended first. */
    public int run(List<Local> commands) {
        // Ctrl-C reaches the children of a terminal by itself; another signal, and a child that does not care, do not.
        Thread atEnd = new Thread(this::end, "local-end");
        Runtime.getRuntime().addShutdownHook(atEnd);
        try {
            for (Local command : commands) {
                start(command);
            }
            Running first = ended.take();
            first.reader().join(TimeUnit.SECONDS.toMillis(READERS_SECONDS));
            int code = first.process().exitValue();
            tell(first.name(), "ended with exit code " + code);
            return code;
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.USAGE, "a process cannot be started: " + e.getMessage(), List.of(), null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, e);
        } finally {
            end();
            remove(atEnd);
        }
    }

    private static void remove(Thread atEnd) {
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            // This program is ending: the hook runs.
            return;
        }
    }

    private void start(Local command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command.command());
        builder.directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(command.environment());
        builder.redirectErrorStream(true);
        builder.redirectInput(new File("/dev/null"));
        synchronized (all) {
            if (ending) {
                return;
            }
            Process process = builder.start();
            Thread reader = new Thread(() -> read(command.name(), process), "local-" + command.name());
            reader.setDaemon(true);
            reader.start();
            Running running = new Running(command.name(), process, reader);
            all.add(running);
            process.onExit().thenRun(() -> ended.add(running));
        }
    }

    private void read(String name, Process process) {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                tell(name, line);
            }
        } catch (IOException e) {
            // It has ended.
            return;
        }
    }

    private void tell(String name, String text) {
        synchronized (said) {
            said.line(name, text);
        }
    }

    /** SIGTERM to each and to what it has started; SIGKILL to what is left after a while. */
    private void end() {
        List<Running> running;
        synchronized (all) {
            ending = true;
            running = List.copyOf(all);
        }
        Set<ProcessHandle> left = new LinkedHashSet<>();
        for (Running each : running) {
            // A shell that has ended has no descendants any more; those of one that lives are asked for before it ends.
            each.process().descendants().forEach(left::add);
            left.add(each.process().toHandle());
        }
        left.forEach(ProcessHandle::destroy);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
        for (ProcessHandle each : left) {
            try {
                each.onExit().get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                each.destroyForcibly();
            } catch (ExecutionException | TimeoutException e) {
                each.destroyForcibly();
            }
        }
    }
}
