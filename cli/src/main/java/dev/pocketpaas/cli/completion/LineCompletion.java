package dev.pocketpaas.cli.completion;

import dev.pocketpaas.cli.completion.CommandModel.Argument;
import dev.pocketpaas.cli.completion.CommandModel.Choice;
import dev.pocketpaas.cli.completion.CommandModel.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Completes a line of commands, as the scripts for the shells do. */
public final class LineCompletion {
    /**
     * What a word can become.
     *
     * @param text the whole word
     * @param note what it is; may be empty
     * @param whole whether the word ends here
     */
    public record Candidate(String text, String note, boolean whole) {}

    /** Where the line has got to: the options that were given on it. */
    public static final class Line {
        private String app = "";
        private String host = "";
        private boolean shared;

        /** The app that the line names, if it does. */
        public Optional<String> app() {
            return app.isEmpty() ? Optional.empty() : Optional.of(app);
        }

        /** The host that the line names, if it does. */
        public Optional<String> host() {
            return host.isEmpty() ? Optional.empty() : Optional.of(host);
        }

        /** Whether it is about variables that all apps share. */
        public boolean shared() {
            return shared;
        }

        private void note(String option, String value) {
            switch (option) {
                case "-a", "--app" -> app = value;
                case "--host" -> host = value;
                default -> {}
            }
        }
    }

    /** Knows the values. */
    @FunctionalInterface
    public interface Names {
        /** What there is of {@code values} for {@code line}; {@code begun} is what is typed of it. */
        List<Candidate> of(Values values, Line line, String begun);
    }

    private final CommandModel program;
    private final Names names;

    /** Completes commands of {@code program}, with values from {@code names}. */
    public LineCompletion(CommandModel program, Names names) {
        this.program = program;
        this.names = names;
    }

    /** What {@code begun}, the word behind {@code words}, can become. */
    public List<Candidate> complete(List<String> words, String begun) {
        Line line = new Line();
        CommandModel command = program;
        Optional<Option> waits = Optional.empty();
        boolean only = false;
        int count = 0;
        for (String word : words) {
            if (waits.isPresent()) {
                line.note(waits.get().names().get(0), word);
                waits = Optional.empty();
            } else if (only) {
                count++;
            } else if (word.equals("--")) {
                only = true;
            } else if (word.startsWith("--") && word.contains("=")) {
                line.note(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
            } else if (word.startsWith("-")) {
                line.shared |= word.equals("--shared");
                waits = option(command, word).filter(Option::isValued);
            } else if (count == 0 && command.child(word).isPresent()) {
                command = command.child(word).get();
            } else if (!(command.path().isEmpty() && word.equals("help"))) {
                count++;
            }
            if (command.opaque() && count > 0) {
                return List.of();
            }
        }
        if (waits.isPresent()) {
            return values(waits.get().choice(), line, begun, "");
        }
        if (!only && begun.startsWith("--") && begun.contains("=")) {
            String before = begun.substring(0, begun.indexOf('=') + 1);
            return option(command, before.substring(0, before.length() - 1))
                    .map(option -> values(option.choice(), line, begun.substring(before.length()), before))
                    .orElse(List.of());
        }
        if (!only && begun.startsWith("-")) {
            return beginning(
                    begun,
                    options(command)
                            .flatMap(option -> option.names().stream()
                                    .map(name -> new Candidate(name, option.description(), true))));
        }
        List<Candidate> found = new ArrayList<>();
        if (!only && count == 0) {
            found.addAll(beginning(
                    begun,
                    command.children().stream().map(child -> new Candidate(child.word(), child.description(), true))));
        }
        List<Argument> arguments = command.arguments();
        if (count < arguments.size()) {
            found.addAll(values(arguments.get(count).choice(), line, begun, ""));
        } else if (!arguments.isEmpty() && arguments.get(arguments.size() - 1).many()) {
            found.addAll(values(arguments.get(arguments.size() - 1).choice(), line, begun, ""));
        }
        return found;
    }

    private List<Candidate> values(
            @org.jspecify.annotations.Nullable Choice choice, Line line, String begun, String before) {
        if (choice == null) {
            return List.of();
        }
        Stream<Candidate> all = choice.values() == Values.WORDS
                ? choice.words().stream().map(word -> new Candidate(word, "", true))
                : names.of(choice.values(), line, begun).stream();
        return beginning(begun, all).stream()
                .map(candidate -> new Candidate(before + candidate.text(), candidate.note(), candidate.whole()))
                .toList();
    }

    private static List<Candidate> beginning(String begun, Stream<Candidate> all) {
        return all.filter(candidate -> candidate.text().startsWith(begun)).toList();
    }

    private Optional<Option> option(CommandModel command, String name) {
        return options(command).filter(option -> option.names().contains(name)).findFirst();
    }

    private Stream<Option> options(CommandModel command) {
        return command.path().isEmpty()
                ? program.options().stream()
                : Stream.concat(command.options().stream(), program.options().stream());
    }
}
