package dev.pocketpaas.cli.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs programs as a user's shell would, each with an environment of its own and a time limit. */
final class Shell {
    private Shell() {}

    /**
     * What a user sees of a command.
     *
     * @param command the words
     * @param exit the exit code
     * @param out standard output
     * @param err standard error
     */
    record Seen(List<String> command, int exit, String out, String err) {
        /** Both streams, for a search. */
        String all() {
            return out + err;
        }

        @Override
        public String toString() {
            return "$ " + String.join(" ", command) + "\n--- exit " + exit + "\n--- stdout\n" + out + "\n--- stderr\n"
                    + err;
        }
    }

    static Seen run(
            Path directory, Map<String, String> environment, Duration limit, byte[] stdin, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            CompletableFuture<String> out = read(process.getInputStream());
            CompletableFuture<String> err = read(process.getErrorStream());
            try (OutputStream in = process.getOutputStream()) {
                in.write(stdin);
            } catch (IOException e) {
                // A program that reads nothing closes its end first; its exit code is what matters.
            }
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError("no end after " + limit + ": " + String.join(" ", command) + "\n"
                        + out.getNow("(still open)") + "\n" + err.getNow("(still open)"));
            }
            return new Seen(command, process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted: " + command, e);
        }
    }

    private static CompletableFuture<String> read(InputStream in) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (in) {
                        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> {
                    Thread thread = new Thread(task, "reader");
                    thread.setDaemon(true);
                    thread.start();
                });
    }
}
