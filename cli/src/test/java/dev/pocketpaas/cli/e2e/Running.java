package dev.pocketpaas.cli.e2e;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program that runs while the test goes on: its output so far, keys typed into it, signals. */
final class Running implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final List<String> command;
    private final Process process;
    private final StringBuffer seen = new StringBuffer();
    private final Thread reader;
    private int read;

    private Running(List<String> command, Process process) {
        this.command = command;
        this.process = process;
        this.reader = new Thread(() -> read(process.getInputStream()), "running");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts any program of {@code laptop}, both streams as one. */
    static Running start(Laptop laptop, Path directory, String... command) {
        return start(laptop.environment(), directory, List.of(command));
    }

    /** Starts the packaged program. */
    static Running pocketpaas(Laptop laptop, Path directory, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Laptop.program().toString()));
        command.addAll(List.of(arguments));
        return start(laptop.environment(), directory, command);
    }

    private static Running start(Map<String, String> environment, Path directory, List<String> command) {
        // A test may run where interrupts are ignored, which every program below would inherit.
        List<String> words = new ArrayList<>(List.of("env", "--default-signal=INT"));
        words.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return new Running(command, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until its output matches {@code pattern} somewhere. */
    Running until(String pattern) {
        return awaited(pattern, 0);
    }

    /** Waits until its output matches {@code pattern} behind what the last call of this matched. */
    Running next(String pattern) {
        return awaited(pattern, read);
    }

    private Running awaited(String pattern, int from) {
        Pattern wanted = Pattern.compile(pattern);
        Instant end = Instant.now().plus(LIMIT);
        Matcher matcher = wanted.matcher(seen.substring(from));
        while (!matcher.find()) {
            boolean over = !reader.isAlive();
            matcher = wanted.matcher(seen.substring(from));
            if (Instant.now().isAfter(end) || (over && !matcher.find())) {
                throw new AssertionError("no \"" + pattern + "\" from " + String.join(" ", command) + "\n" + seen);
            }
            matcher.reset();
            pause();
        }
        read = from + matcher.end();
        return this;
    }

    /** Types {@code text} into it. */
    Running type(String text) {
        try {
            process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(seen.toString(), e);
        }
        return this;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Interrupts it as Ctrl-C in a script's shell does. */
    void interrupt() {
        try {
            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills it and all that it started. */
    void kill() {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** What it looked like in the end. */
    Seen end() {
        try {
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
                throw new AssertionError("no end: " + String.join(" ", command) + "\n" + seen);
            }
            reader.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        OwnWords.check(command, seen.toString());
        return new Seen(command, process.exitValue(), seen.toString(), "");
    }

    @Override
    public void close() {
        kill();
    }

    private void read(InputStream in) {
        byte[] buffer = new byte[8192];
        try {
            int n = in.read(buffer);
            while (n >= 0) {
                seen.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                n = in.read(buffer);
            }
        } catch (IOException e) {
            // It was killed; what it said so far is what there is.
            return;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
