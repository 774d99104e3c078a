package dev.pocketpaas.installer.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs commands as child processes. */
public final class ProcessCommands implements Commands {
    @Override
    public Outcome run(Command command) {
        Process process;
        try {
            process = builder(command).start();
        } catch (IOException e) {
            return missing(command);
        }
        CompletableFuture<String> out = reader(process.getInputStream());
        CompletableFuture<String> err = reader(process.getErrorStream());
        feeder(process, command.stdin());
        return ended(process, command.limit(), out, err);
    }

    @Override
    public Outcome stream(Command command, Consumer<String> lines) {
        Process process;
        try {
            process = builder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return missing(command);
        }
        Thread feeder = feeder(process, command.stdin());
        thread("limit", () -> stopAfter(command.limit(), process));
        StringBuilder all = new StringBuilder();
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                all.append(line).append('\n');
                lines.accept(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            feeder.join();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw interrupted();
        }
        return ended(process, command.limit(), CompletableFuture.completedFuture(all.toString()), nothing());
    }

    @Override
    public Outcome pipe(List<Command> commands) {
        List<ProcessBuilder> builders = new ArrayList<>();
        try {
            Path errors = Files.createTempFile("pocketpaas", ".log");
            try {
                for (Command command : commands) {
                    builders.add(builder(command).redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile())));
                }
                List<Process> processes = ProcessBuilder.startPipeline(builders);
                Process last = processes.get(processes.size() - 1);
                CompletableFuture<String> out = reader(last.getInputStream());
                Outcome outcome = ended(last, commands.get(commands.size() - 1).limit(), out, nothing());
                int status = 0;
                for (Process process : processes) {
                    int one = process.waitFor(10, TimeUnit.SECONDS) ? process.exitValue() : Outcome.TIMED_OUT;
                    status = status == 0 ? one : status;
                }
                return new Outcome(
                        outcome.ok() ? status : outcome.status(), outcome.stdout(), Files.readString(errors));
            } finally {
                Files.delete(errors);
            }
        } catch (IOException e) {
            return new Outcome(Outcome.NOT_FOUND, "", String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    @Override
    public long background(Command command, Path log) {
        List<String> words = new ArrayList<>(List.of("setsid"));
        words.addAll(command.words());
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectErrorStream(true);
        builder.environment().putAll(command.environment());
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            return builder.start().pid();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProcessBuilder builder(Command command) {
        ProcessBuilder builder = new ProcessBuilder(command.words());
        builder.environment().putAll(command.environment());
        return builder;
    }

    private static Outcome missing(Command command) {
        return new Outcome(Outcome.NOT_FOUND, "", command.words().get(0) + ": not found");
    }

    private static CompletableFuture<String> nothing() {
        return CompletableFuture.completedFuture("");
    }

    private static CompletableFuture<String> reader(InputStream in) {
        CompletableFuture<String> text = new CompletableFuture<>();
        thread("reader", () -> {
            try (in) {
                text.complete(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                text.completeExceptionally(e);
            }
        });
        return text;
    }

    private static Thread feeder(Process process, byte[] bytes) {
        return thread("feeder", () -> feed(process, bytes));
    }

    /** What blocks gets a thread of its own: on a small machine the common pool has one, and a second task would wait for the first. */
    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void stopAfter(Duration limit, Process process) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void feed(Process process, byte[] bytes) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(bytes);
        } catch (IOException e) {
            // The command ended without reading its input; its exit status tells whether that is a failure.
            return;
        }
    }

    private static Outcome ended(
            Process process, Duration limit, CompletableFuture<String> out, CompletableFuture<String> err) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new Outcome(Outcome.TIMED_OUT, "", "took longer than " + limit.toSeconds() + " s");
            }
            return new Outcome(process.exitValue(), out.join(), err.join());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw interrupted();
        }
    }

    private static IllegalStateException interrupted() {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted");
    }
}
