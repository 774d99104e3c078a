package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.render.Paragraph;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.failure.PocketException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Asks on standard error and reads the answer from standard input, if both are terminals. */
public final class Prompts {
    private final Environment environment;
    private final Supplier<Progress.Pause> quiet;

    /** Prompts in {@code environment}; {@code quiet} pauses everything else that draws while a question is shown. */
    public Prompts(Environment environment, Supplier<Progress.Pause> quiet) {
        this.environment = environment;
        this.quiet = quiet;
    }

    /** Whether a question can be asked. */
    public boolean canAsk() {
        return environment.canAsk();
    }

    /** Asks for a line; empty if it cannot be asked or the input ends. */
    public Optional<String> line(String question) {
        if (!canAsk()) {
            return Optional.empty();
        }
        try (Progress.Pause pause = quiet.get()) {
            environment.stderr().print(wrapped(question));
            environment.stderr().flush();
            return readLine().map(String::strip);
        }
    }

    /** Asks until {@code accepted} takes the answer. When it throws, prints why and asks again. Empty as with {@link #line}. */
    public <T> Optional<T> until(String question, Function<String, T> accepted) {
        Optional<String> answer = line(question);
        while (answer.isPresent()) {
            try {
                return Optional.of(accepted.apply(answer.get()));
            } catch (PocketException e) {
                String wrong = e.what() + e.cure().map(cure -> ": " + cure).orElse("");
                Paragraph.lines(wrong, environment.columns(true), 0).forEach(environment.stderr()::println);
                answer = line(question);
            }
        }
        return Optional.empty();
    }

    /** Asks until the answer is yes or no. The default is no, also if it cannot be asked. */
    public boolean yes(String question) {
        Optional<String> answer = line(question + " [y/N] ");
        while (answer.isPresent()) {
            switch (answer.get().toLowerCase(Locale.ROOT)) {
                case "y", "yes" -> {
                    return true;
                }
                case "n", "no", "" -> {
                    return false;
                }
                default -> answer = line("Please type y or n: ");
            }
        }
        return false;
    }

    /** Asks for a line without echo; empty if it cannot be asked or the user cancels. */
    public Optional<char[]> secret(String question) {
        if (!canAsk()) {
            return Optional.empty();
        }
        try (Progress.Pause pause = quiet.get()) {
            return HiddenLine.read(wrapped(question), environment);
        }
    }

    /** As wide as the window; the answer is typed behind the last line. */
    private String wrapped(String question) {
        String end = question.substring(question.stripTrailing().length());
        int columns = environment.columns(true);
        return question.stripTrailing()
                        .lines()
                        .flatMap(line -> Paragraph.lines(line, columns, 0).stream())
                        .collect(Collectors.joining("\n"))
                + end;
    }

    // Byte by byte: what follows the line is for the next reader.
    private Optional<String> readLine() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            int next = environment.stdin().read();
            if (next < 0) {
                return Optional.empty();
            }
            while (next >= 0 && next != '\n') {
                line.write(next);
                next = environment.stdin().read();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Optional.of(line.toString(StandardCharsets.UTF_8));
    }
}
