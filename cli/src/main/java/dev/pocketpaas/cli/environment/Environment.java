package dev.pocketpaas.cli.environment;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * The world around one run of the program.
 *
 * @param variables environment variables
 * @param workingDirectory the absolute directory that the program was started in
 * @param stdin standard input
 * @param stdout standard output, UTF-8
 * @param stderr standard error, UTF-8
 * @param terminals which of the streams is a terminal
 * @param clock the time
 * @param interruption what to say when the user interrupts
 */
public record Environment(
        Map<String, String> variables,
        Path workingDirectory,
        InputStream stdin,
        PrintStream stdout,
        PrintStream stderr,
        Terminals terminals,
        Clock clock,
        Interruption interruption) {

    /**
     * Which streams are terminals.
     *
     * @param stdin standard input
     * @param stdout standard output
     * @param stderr standard error
     * @param columns the width of the window, 0 when it is not known
     */
    public record Terminals(boolean stdin, boolean stdout, boolean stderr, int columns) {
        /** No terminal at all. */
        public static final Terminals NONE = new Terminals(false, false, false, 0);

        /** The streams whose number is in {@code digits}, and the window's width, as the launcher passes them. */
        static Terminals parse(String digits, String columns) {
            return new Terminals(
                    digits.contains("0"), digits.contains("1"), digits.contains("2"), Environment.width(columns));
        }
    }

    /** Smaller widths are ignored. */
    private static final int NARROWEST = 20;

    /** The environment of this process. */
    public static Environment ofProcess() {
        return new Environment(
                System.getenv(),
                Path.of("").toAbsolutePath(),
                // Unbuffered, readAllBytes of a pipe fails: it asks for the position in the file.
                new BufferedInputStream(new FileInputStream(FileDescriptor.in)),
                StandardStream.of(new FileOutputStream(FileDescriptor.out)),
                StandardStream.of(new FileOutputStream(FileDescriptor.err)),
                Terminals.parse(
                        System.getProperty("pocketpaas.terminals", ""), System.getProperty("pocketpaas.columns", "")),
                new LocalClock(),
                new Interruption());
    }

    /** The value of {@code variable}; an empty one counts as not set. */
    public Optional<String> get(EnvironmentVariable variable) {
        return Optional.ofNullable(variables.get(variable.name())).filter(v -> !v.isEmpty());
    }

    /** The user's home directory. */
    public Path home() {
        return Path.of(get(EnvironmentVariable.HOME).orElseGet(() -> System.getProperty("user.home")));
    }

    /** {@code path} as the user meant it: relative to the working directory, a leading {@code ~/} for the home directory. */
    public Path resolve(String path) {
        return path.startsWith("~/") ? home().resolve(path.substring(2)) : workingDirectory.resolve(path);
    }

    /** The program {@code name} on the search path; a name with a slash is a path. */
    public Optional<Path> program(String name) {
        if (name.indexOf('/') >= 0) {
            return Optional.of(resolve(name)).filter(Environment::isProgram);
        }
        return Arrays.stream(get(EnvironmentVariable.PATH).orElse("").split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Environment::isProgram)
                .findFirst();
    }

    private static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }

    /** The directory in {@code variable} when it is absolute (XDG base directory specification), else {@code fallback} below home. */
    public Path directory(EnvironmentVariable variable, String fallback) {
        return get(variable)
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElseGet(() -> home().resolve(fallback))
                .resolve("pocketpaas");
    }

    /** The same environment in another working directory. */
    public Environment in(Path directory) {
        return new Environment(variables, directory, stdin, stdout, stderr, terminals, clock, interruption);
    }

    /** The same environment with other variables. */
    public Environment with(Map<String, String> others) {
        return new Environment(others, workingDirectory, stdin, stdout, stderr, terminals, clock, interruption);
    }

    /** The same environment with other standard streams, none of which is a terminal. */
    public Environment with(InputStream input, PrintStream output) {
        return new Environment(variables, workingDirectory, input, output, stderr, Terminals.NONE, clock, interruption);
    }

    /** Whether the program can ask: standard input and standard error are terminals. */
    public boolean canAsk() {
        return terminals.stdin() && terminals.stderr();
    }

    /** Whether colours are wanted on a stream that is {@code terminal} or not. */
    public boolean colours(boolean terminal) {
        return terminal
                && get(EnvironmentVariable.NO_COLOR).isEmpty()
                && !get(EnvironmentVariable.TERM).orElse("dumb").equals("dumb");
    }

    /** Whether lines can be redrawn on a stream that is {@code terminal} or not. */
    public boolean redraws(boolean terminal) {
        return terminal && !get(EnvironmentVariable.TERM).orElse("dumb").equals("dumb");
    }

    /** Columns of a stream that is {@code terminal} or not; 0 when there is no limit: {@code COLUMNS}, else the window's. */
    public int columns(boolean terminal) {
        int wanted = width(get(EnvironmentVariable.COLUMNS).orElse(""));
        return wanted > 0 ? wanted : terminal ? terminals.columns() : 0;
    }

    private static int width(String text) {
        // Not by a regular expression: with one, showing help would take a third longer.
        boolean number = !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int columns = number ? Integer.parseInt(text) : 0;
        return columns < NARROWEST ? 0 : columns;
    }
}
