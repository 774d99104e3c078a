package dev.pocketpaas.cli.completion;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Completion where each shell looks for it: a file, and for bash and zsh a marked block in the file that the shell reads when it starts. Only
 * what lies between the marks is ever changed.
 */
public final class InstalledCompletion {
    /** The shells, in the order in which they are named. */
    public static final List<String> SHELLS = List.of("bash", "zsh", "fish");

    private static final String BEGIN = "# >>> pocketpaas completion >>>\n";
    private static final String END = "# <<< pocketpaas completion <<<\n";

    private final Environment environment;

    /** For the user of {@code environment}. */
    public InstalledCompletion(Environment environment) {
        this.environment = environment;
    }

    /** The script for {@code shell}: made from the commands when the program is built, so that no shell waits for it. */
    public static String script(String shell) {
        String name = "/dev/pocketpaas/cli/completions/pocketpaas." + shell;
        try (InputStream in = Objects.requireNonNull(InstalledCompletion.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The shell of the user, if there is a script for it. */
    public Optional<String> usersShell() {
        return environment
                .get(EnvironmentVariable.SHELL)
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .filter(SHELLS::contains);
    }

    /** Writes what {@code shell} needs; returns the files that it wrote. */
    public List<Path> install(String shell) {
        List<Path> written = new ArrayList<>();
        Path script = scriptFile(shell);
        try {
            if (!has(script, script(shell))) {
                Files.createDirectories(script.resolveSibling(""));
                replace(script, script(shell).getBytes(StandardCharsets.UTF_8));
                written.add(script);
            }
            Optional<Path> startUp = startUpFile(shell);
            if (startUp.isPresent()) {
                String before = text(startUp.get());
                String without = withoutBlock(before);
                String gap = without.isEmpty() || without.endsWith("\n") ? "" : "\n";
                String after = without + gap + BEGIN + block(shell, script) + END;
                if (!after.equals(before)) {
                    Files.createDirectories(startUp.get().resolveSibling(""));
                    replace(startUp.get(), after.getBytes(StandardCharsets.ISO_8859_1));
                    written.add(startUp.get());
                }
            }
        } catch (IOException e) {
            throw failure(e, "\"pocketpaas completion " + shell + "\" prints the script, to be put elsewhere");
        }
        return written;
    }

    /** Removes what {@link #install} wrote; returns the files that it changed or removed. */
    public List<Path> uninstall(String shell) {
        List<Path> changed = new ArrayList<>();
        Path script = scriptFile(shell);
        try {
            if (Files.deleteIfExists(script)) {
                changed.add(script);
                removeIfEmpty(script.resolveSibling(""));
                removeIfEmpty(script.resolveSibling("..").normalize());
            }
            Optional<Path> startUp = startUpFile(shell);
            if (startUp.isPresent()) {
                String before = text(startUp.get());
                String after = withoutBlock(before);
                if (!after.equals(before)) {
                    if (after.isEmpty()) {
                        Files.delete(startUp.get());
                    } else {
                        replace(startUp.get(), after.getBytes(StandardCharsets.ISO_8859_1));
                    }
                    changed.add(startUp.get());
                }
            }
        } catch (IOException e) {
            throw failure(e, "make it writable, and run the command again");
        }
        return changed;
    }

    private Path scriptFile(String shell) {
        Path data = directory(EnvironmentVariable.XDG_DATA_HOME, ".local/share");
        return switch (shell) {
            case "bash" -> data.resolve("bash-completion/completions/pocketpaas");
            case "zsh" -> data.resolve("pocketpaas/zsh/_pocketpaas");
            default ->
                directory(EnvironmentVariable.XDG_CONFIG_HOME, ".config").resolve("fish/completions/pocketpaas.fish");
        };
    }

    /** What the shell reads when it starts; fish needs nothing there. */
    private Optional<Path> startUpFile(String shell) {
        return switch (shell) {
            case "bash" -> Optional.of(environment.home().resolve(".bashrc"));
            case "zsh" ->
                Optional.of(environment
                        .get(EnvironmentVariable.ZDOTDIR)
                        .map(environment::resolve)
                        .orElseGet(environment::home)
                        .resolve(".zshrc"));
            default -> Optional.empty();
        };
    }

    private static String block(String shell, Path script) {
        String file = quoted(script.toString());
        if (shell.equals("bash")) {
            return "[ -r " + file + " ] && . " + file + "\n";
        }
        return "fpath=(" + quoted(script.resolveSibling("").normalize().toString()) + " $fpath)\n"
                + "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }\n"
                + "autoload -Uz _pocketpaas && compdef _pocketpaas pocketpaas\n";
    }

    private static String quoted(String path) {
        String utf8 = new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return "'" + utf8.replace("'", "'\\''") + "'";
    }

    private Path directory(EnvironmentVariable variable, String fallback) {
        return environment.directory(variable, fallback).resolveSibling("").normalize();
    }

    /** The bytes of a file, each as one character: it need not be UTF-8. */
    private static String text(Path file) throws IOException {
        return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1) : "";
    }

    private static boolean has(Path file, String text) throws IOException {
        return Files.isRegularFile(file) && new String(Files.readAllBytes(file), StandardCharsets.UTF_8).equals(text);
    }

    private static String withoutBlock(String text) {
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END, Math.max(begin, 0));
        return begin < 0 || end < 0 ? text : text.substring(0, begin) + text.substring(end + END.length());
    }

    /** In place of what a link leads to, all at once, with the rights that it has. */
    private static void replace(Path file, byte[] bytes) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file;
        Path part = target.resolveSibling(target.getFileName() + ".new");
        try {
            Files.write(part, bytes);
            if (Files.exists(target)) {
                Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(target));
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void removeIfEmpty(Path directory) throws IOException {
        String name = String.valueOf(directory.getFileName());
        if (name.equals("zsh") || name.equals("pocketpaas")) {
            try (var files = Files.list(directory)) {
                if (files.findAny().isPresent()) {
                    return;
                }
            }
            Files.delete(directory);
        }
    }

    private static PocketException failure(IOException e, String cure) {
        String reason = e instanceof FileSystemException file && file.getReason() != null
                ? file.getFile() + ": " + file.getReason()
                : e instanceof java.nio.file.AccessDeniedException
                        ? e.getMessage() + ": permission denied"
                        : "" + e.getMessage();
        return new PocketException(ExitCode.REFUSED, "cannot write " + reason, List.of(), cure, e);
    }
}
