package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a line that is not shown. The terminal itself is told to show nothing, by {@code stty}, whatever kind of terminal it is; Ctrl-C ends
 * the program as at any other time.
 */
final class HiddenLine {
    /** Of questions. */
    private static final String NOT_SHOWN = " (not shown)";

    private static final String USUAL_PLACES = "/bin:/usr/bin";

    private HiddenLine() {}

    static Optional<char[]> read(String question, Environment environment) {
        Stty stty = Stty.find(environment);
        if (stty == null) {
            return withoutStty(question, environment);
        }
        String before = stty.run("-g");
        if (before == null) {
            return withoutStty(question, environment);
        }
        Thread restore = new Thread(
                () -> {
                    stty.run(before);
                    // Ctrl-C was not shown, either: what comes next has a line of its own.
                    environment.stderr().println();
                },
                "echo");
        Runtime.getRuntime().addShutdownHook(restore);
        try {
            stty.run("-echo");
            environment.stderr().print(question);
            environment.stderr().flush();
            Optional<char[]> line = line(environment);
            environment.stderr().println();
            return line;
        } finally {
            Runtime.getRuntime().removeShutdownHook(restore);
            stty.run(before);
        }
    }

    /**
     * Java turns the echo off itself, but only where its standard output is a terminal, too. Where nothing can turn it off the user decides whether
     * to type all the same.
     */
    private static Optional<char[]> withoutStty(String question, Environment environment) {
        Console console = environment.terminals().stdout() ? System.console() : null;
        if (console != null) {
            return Optional.ofNullable(console.readPassword("%s", question));
        }
        environment
                .stderr()
                .println("warning: what you type will be shown: there is no stty program to hide it (Ctrl-C stops)");
        environment.stderr().print(question.replace(NOT_SHOWN, ""));
        environment.stderr().flush();
        return line(environment);
    }

    /** A line of standard input, byte by byte: what follows belongs to whoever reads next. */
    private static Optional<char[]> line(Environment environment) {
        Blanked line = new Blanked();
        try {
            int next = environment.stdin().read();
            if (next < 0) {
                return Optional.empty();
            }
            while (next >= 0 && next != '\n' && next != '\r') {
                line.write(next);
                next = environment.stdin().read();
            }
            return Optional.of(line.characters());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            line.blank();
        }
    }

    /** Bytes that are overwritten at the end. */
    private static final class Blanked extends ByteArrayOutputStream {
        char[] characters() {
            CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(buf, 0, count));
            char[] characters = new char[decoded.remaining()];
            decoded.get(characters);
            if (decoded.hasArray()) {
                Arrays.fill(decoded.array(), '\0');
            }
            return characters;
        }

        void blank() {
            Arrays.fill(buf, (byte) 0);
        }
    }

    /** The program that changes terminals, run on ours. */
    private record Stty(Path program) {
        static @Nullable Stty find(Environment environment) {
            String path = environment.get(EnvironmentVariable.PATH).orElse("") + File.pathSeparator + USUAL_PLACES;
            for (String directory : path.split(File.pathSeparator)) {
                Path candidate = Path.of(directory, "stty");
                if (!directory.isEmpty() && Files.isExecutable(candidate)) {
                    return new Stty(candidate);
                }
            }
            return null;
        }

        /** What it prints, or null where it fails. */
        @Nullable
        String run(String argument) {
            try {
                Process process = new ProcessBuilder(program.toString(), argument)
                        .redirectInput(ProcessBuilder.Redirect.INHERIT)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
                return process.waitFor() == 0 ? text : null;
            } catch (IOException e) {
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
    }
}
