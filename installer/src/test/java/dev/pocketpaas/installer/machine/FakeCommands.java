package dev.pocketpaas.installer.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Answers from a script, by the beginning of the command line; what has no answer is not found. Remembers what was run. */
public final class FakeCommands implements Commands {
    private final Map<String, Outcome> answers = new LinkedHashMap<>();
    private final List<String> ran = new ArrayList<>();
    private Consumer<String> watcher = line -> {};

    /** Answers commands that begin with {@code start}. */
    public FakeCommands answer(String start, int status, String output) {
        answers.put(start, new Outcome(status, status == 0 ? output : "", status == 0 ? "" : output));
        return this;
    }

    /** Calls {@code consumer} with each command line before it is answered. */
    public FakeCommands watch(Consumer<String> consumer) {
        watcher = consumer;
        return this;
    }

    /** Every command line so far. */
    public List<String> ran() {
        return List.copyOf(ran);
    }

    @Override
    public Outcome run(Command command) {
        String line = command.toString();
        ran.add(line);
        watcher.accept(line);
        return answers.entrySet().stream()
                .filter(e -> line.startsWith(e.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(new Outcome(Outcome.NOT_FOUND, "", line + ": not found"));
    }

    @Override
    public Outcome stream(Command command, Consumer<String> lines) {
        Outcome outcome = run(command);
        outcome.stdout().lines().forEach(lines);
        return outcome;
    }

    @Override
    public Outcome pipe(List<Command> commands) {
        Outcome outcome = new Outcome(0, "", "");
        for (Command command : commands) {
            outcome = run(command);
        }
        return outcome;
    }

    @Override
    public long background(Command command, Path log) {
        run(command);
        return 1;
    }
}
