package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Asks on standard error and reads the answer from standard input; never where one of them is no terminal. */
public final class Prompts {
    private final Environment environment;

    /** Prompts in {@code environment}. */
    public Prompts(Environment environment) {
        this.environment = environment;
    }

    /** Whether a question can be asked. */
    public boolean canAsk() {
        return environment.canAsk();
    }

    /** Asks for a line; nothing when it cannot be asked or the user ends the input. */
    public Optional<String> line(String question) {
        if (!canAsk()) {
            return Optional.empty();
        }
        environment.stderr().print(question);
        environment.stderr().flush();
        return readLine().map(String::strip);
    }

    /** Asks for yes or no, until it is one of them; no when it cannot be asked. */
    public boolean yes(String question) {
        Optional<String> answer = line(question + " [y/n] ");
        while (answer.isPresent()) {
            switch (answer.get().toLowerCase(Locale.ROOT)) {
                case "y", "yes" -> {
                    return true;
                }
                case "n", "no" -> {
                    return false;
                }
                default -> answer = line("Please answer y or n: ");
            }
        }
        return false;
    }

    /** Asks for a line without echo; nothing when it cannot be asked or the user gives up. */
    public Optional<char[]> secret(String question) {
        return canAsk() ? HiddenLine.read(question, environment) : Optional.empty();
    }

    // Byte by byte: what follows the line belongs to whoever reads next.
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
