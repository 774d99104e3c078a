package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A connection that a waiting {@code ssh} holds. Every command is an {@code ssh} of its own that goes over its socket. */
final class OpenSshConnection implements SshConnection {
    private static final long END_WITHIN_SECONDS = 5;

    private final Path program;
    private final SshTarget target;
    private final Path directory;
    private final Process master;
    private final Optional<String> key;
    private final String peer;
    private final AtomicInteger channels = new AtomicInteger();

    OpenSshConnection(
            Path program, SshTarget target, Path directory, Process master, Optional<String> key, String peer) {
        this.program = program;
        this.target = target;
        this.directory = directory;
        this.master = master;
        this.key = key;
        this.peer = peer;
    }

    @Override
    public RemoteProcess start(RemoteCommand command) {
        if (!master.isAlive()) {
            throw PocketException.unreachable(
                    "the connection to " + target.display() + " was lost",
                    "check your network, then run the command again",
                    null);
        }
        int number = channels.incrementAndGet();
        RemoteCommand.Terminal terminal = command.terminal();
        try {
            return terminal == null
                    ? new OpenSshProcess(new ProcessBuilder(words("-T", command)).start(), master, null)
                    : onTerminal(command, terminal, number);
        } catch (IOException e) {
            throw PocketException.unreachable(
                    target.display() + " does not start a command: " + e.getMessage(),
                    "\"ssh\" to the host and try it there",
                    e);
        }
    }

    private List<String> words(String tty, RemoteCommand command) {
        List<String> words = new ArrayList<>(List.of(program.toString(), "-F", "/dev/null"));
        // Without the waiting one it would connect on its own: then it is to fail.
        for (String option : List.of(
                "ControlPath=" + directory.resolve("s"),
                "ControlMaster=no",
                "ProxyCommand=false",
                "EscapeChar=none",
                "LogLevel=ERROR")) {
            words.addAll(List.of("-o", option));
        }
        words.addAll(List.of(tty, "--", target.alias(), command.text()));
        return words;
    }

    /** ssh takes the size of the far terminal from its own, which {@code script} makes. */
    private RemoteProcess onTerminal(RemoteCommand command, RemoteCommand.Terminal terminal, int number)
            throws IOException {
        Path tty = directory.resolve("tty" + number);
        Path script = Pty.script();
        ProcessBuilder builder = new ProcessBuilder(
                script == null ? words("-tt", command) : Pty.words(script, terminal, tty, words("-tt", command)));
        builder.environment().put("TERM", terminal.type());
        Process process = builder.start();
        if (script != null) {
            Pty.await(tty, process);
        }
        return new OpenSshProcess(process, master, script == null ? null : tty);
    }

    @Override
    public String authenticatedKey() {
        return key.orElseThrow(() -> Handshakes.noKey(target));
    }

    @Override
    public int channelsOpened() {
        return channels.get();
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public void close() {
        end(master, directory);
    }

    static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Ends the waiting ssh, and removes its directory. */
    static void end(Process master, Path directory) {
        try {
            // The guard hears it, and ends ssh.
            master.getOutputStream().close();
            if (!master.waitFor(END_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                master.descendants().forEach(ProcessHandle::destroyForcibly);
                master.destroyForcibly();
            }
        } catch (IOException e) {
            master.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            master.destroy();
        }
        delete(directory);
    }

    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            // A directory for temporary files is cleared by the system, too.
            return;
        }
    }

    /** A terminal for a program whose own input and output are pipes, as the program {@code script} makes it. */
    private static final class Pty {
        private static final List<Path> PLACES = List.of(Path.of("/usr/bin/script"), Path.of("/bin/script"));
        private static final long WAIT_MILLIS = 10;

        private Pty() {}

        static @Nullable Path script() {
            return PLACES.stream().filter(Files::isExecutable).findFirst().orElse(null);
        }

        static List<String> words(Path script, RemoteCommand.Terminal terminal, Path tty, List<String> command) {
            String prepare = "stty raw -echo rows " + terminal.rows() + " cols " + terminal.columns() + "; tty >'" + tty
                    + ".new'; mv '" + tty + ".new' '" + tty + "'; exec";
            List<String> words = new ArrayList<>(List.of(script.toString(), "-q"));
            if (System.getProperty("os.name").startsWith("Linux")) {
                StringBuilder line = new StringBuilder(prepare);
                command.forEach(word ->
                        line.append(" '").append(word.replace("'", "'\\''")).append('\''));
                words.addAll(List.of("-e", "-c", line.toString(), "/dev/null"));
            } else {
                words.addAll(List.of("/dev/null", "/bin/sh", "-c", prepare + " \"$@\"", "sh"));
                words.addAll(command);
            }
            return words;
        }

        /** Waits until what is typed is no longer echoed here. */
        static void await(Path tty, Process process) {
            try {
                while (!Files.exists(tty) && !process.waitFor(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                    // Once more.
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
