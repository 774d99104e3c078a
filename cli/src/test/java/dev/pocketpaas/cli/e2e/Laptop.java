package dev.pocketpaas.cli.e2e;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A user's computer: a home directory of its own, an SSH key, git and the packaged program. Everything goes through the launcher, as a
 * user starts it.
 */
final class Laptop {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Path home;
    private final Map<String, String> environment = new TreeMap<>();

    private Laptop(Path home) {
        this.home = home;
    }

    /** A new laptop whose home is below {@code parent}. */
    static Laptop create(Path parent, String name) {
        try {
            Path home = Files.createDirectories(parent.resolve(name));
            Laptop laptop = new Laptop(home);
            laptop.environment.put("HOME", home.toString());
            laptop.environment.put("PATH", System.getenv("PATH"));
            laptop.environment.put("LANG", "C.UTF-8");
            laptop.environment.put("JAVA_HOME", System.getProperty("java.home"));
            laptop.environment.put(
                    "GIT_CONFIG_GLOBAL", home.resolve(".gitconfig").toString());
            laptop.environment.put("GIT_CONFIG_NOSYSTEM", "1");
            laptop.environment.put("CI", "true");
            laptop.environment.put("XDG_CACHE_HOME", archive().toString());
            Files.writeString(
                    home.resolve(".gitconfig"),
                    "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n");
            Files.createDirectories(
                    home.resolve(".ssh"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            if (!Files.exists(home.resolve(".ssh/id_ed25519"))) {
                laptop.must(
                        home,
                        "ssh-keygen",
                        "-q",
                        "-t",
                        "ed25519",
                        "-N",
                        "",
                        "-C",
                        name,
                        "-f",
                        home + "/.ssh/id_ed25519");
            }
            return laptop;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The packaged program. */
    static Path program() {
        Path program = Path.of(System.getProperty("pocketpaas.program", "target/pocketpaas/bin/pocketpaas"))
                .toAbsolutePath();
        if (!Files.isExecutable(program)) {
            throw new AssertionError("the program is not packaged: " + program + "; run \"mvn -DskipTests package\"");
        }
        return program;
    }

    /**
     * Where the program's class-data archive is, made by its launcher on its first start as on a user's machine. All laptops share it: each command
     * starts with a third less of the processor, and there are hundreds of them.
     */
    private static Path archive() {
        Path program = program();
        Path cache = program.resolveSibling("../../cache").normalize();
        if (!hasArchive(program, cache.resolve("pocketpaas"))) {
            Map<String, String> environment = Map.of(
                    "PATH", System.getenv("PATH"),
                    "JAVA_HOME", System.getProperty("java.home"),
                    "XDG_CACHE_HOME", cache.toString());
            Shell.run(Path.of("/"), environment, LIMIT, new byte[0], List.of(program.toString(), "--version"));
            Polling.until(
                    Duration.ofMinutes(2),
                    () -> hasArchive(program, cache.resolve("pocketpaas")),
                    () -> "the launcher makes no archive in " + cache);
        }
        return cache;
    }

    private static boolean hasArchive(Path program, Path cache) {
        try (Stream<Path> files = Files.isDirectory(cache) ? Files.list(cache) : Stream.empty()) {
            long jar = Files.getLastModifiedTime(program.resolveSibling("../lib/pocketpaas.jar"))
                    .toMillis();
            return files.anyMatch(file -> file.getFileName().toString().matches("classes-.*[.]jsa")
                    && file.toFile().lastModified() > jar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path home() {
        return home;
    }

    /** The same laptop with one more variable in its environment. */
    Laptop with(String name, String value) {
        Laptop copy = new Laptop(home);
        copy.environment.putAll(environment);
        copy.environment.put(name, value);
        return copy;
    }

    /** Runs the program in {@code directory} with nothing on its standard input. */
    Seen pocketpaas(Path directory, String... arguments) {
        return pocketpaas(directory, new byte[0], arguments);
    }

    /** Runs the program with {@code stdin}. */
    Seen pocketpaas(Path directory, byte[] stdin, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program().toString()));
        command.addAll(List.of(arguments));
        return ours(Shell.run(directory, environment, LIMIT, stdin, command));
    }

    /** Starts the program and returns at once; what it prints goes to {@code output}. */
    Process start(Path directory, Path output, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(new java.io.File("/dev/null"))
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        OwnWords.started(output);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs any program. */
    Seen run(Path directory, String... command) {
        return ours(Shell.run(directory, environment, LIMIT, new byte[0], List.of(command)));
    }

    /** Runs a shell script in which {@code $0} is the program. */
    Seen shell(Path directory, String script) {
        return run(directory, "sh", "-c", script, program().toString());
    }

    private static Seen ours(Seen seen) {
        OwnWords.check(seen.command(), seen.all());
        return seen;
    }

    /** Runs any program, which must succeed; its standard output. */
    String must(Path directory, String... command) {
        Seen seen = run(directory, command);
        if (seen.exit() != 0) {
            throw new AssertionError("failed:\n" + seen);
        }
        return seen.out();
    }

    /** The variables its programs get. */
    Map<String, String> environment() {
        return Map.copyOf(environment);
    }

    /** A new, empty directory for a project. */
    Path directory(String name) {
        try {
            must(home, "rm", "-rf", home.resolve("projects").resolve(name).toString());
            return Files.createDirectories(home.resolve("projects").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new project with the files of a sample of {@code examples/}. */
    Path sample(String name, String sample) {
        Path copy = directory(name).resolve(sample);
        Path source = Path.of("..", "examples", sample).toAbsolutePath().normalize();
        must(home, "cp", "-r", source.toString(), copy.toString());
        return copy;
    }

    /** Writes a file of a project. */
    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Commits everything in {@code directory}, making it a repository first where it is none. */
    void commit(Path directory, String message) {
        if (!Files.exists(directory.resolve(".git"))) {
            must(directory, "git", "init", "-q", "-b", "main");
        }
        must(directory, "git", "add", "-A");
        must(directory, "git", "commit", "-q", "--allow-empty", "-m", message);
    }
}
