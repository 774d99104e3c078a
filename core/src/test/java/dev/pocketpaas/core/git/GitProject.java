package dev.pocketpaas.core.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A repository made and asked by the real git, with no configuration but its own. */
final class GitProject {
    private final Path directory;

    private GitProject(Path directory) {
        this.directory = directory;
    }

    static GitProject init(Path directory, String... options) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        GitProject project = new GitProject(directory);
        List<String> command = new ArrayList<>(List.of("init", "-q", "-b", "main"));
        command.addAll(List.of(options));
        project.git(command.toArray(String[]::new));
        return project;
    }

    static GitProject at(Path directory) {
        return new GitProject(directory);
    }

    Path directory() {
        return directory;
    }

    LocalRepository open() {
        return LocalRepository.discover(directory).orElseThrow();
    }

    GitProject write(String path, String content) {
        try {
            Path file = directory.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Commits everything; returns the id. */
    String commit(String message) {
        git("add", "-A");
        git("commit", "-q", "--allow-empty", "-m", message);
        return git("rev-parse", "HEAD");
    }

    String git(String... arguments) {
        return git(directory, arguments);
    }

    /** Runs git with {@code input} on its standard input. */
    String gitWithInput(String input, String... arguments) {
        try {
            Path file = Files.createTempFile("git", ".in");
            Files.writeString(file, input);
            String text = run(directory, Redirect.from(file.toFile()), arguments);
            Files.delete(file);
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String git(Path directory, String... arguments) {
        return run(directory, Redirect.PIPE, arguments);
    }

    private static String run(Path directory, Redirect input, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("git", "-c", "protocol.file.allow=always", "-c", "core.hooksPath=.git/hooks"));
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile("git", ".out");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectInput(input)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
            builder.environment()
                    .putAll(Map.of(
                            "GIT_CONFIG_NOSYSTEM", "1",
                            "GIT_CONFIG_GLOBAL", "/dev/null",
                            "GIT_AUTHOR_NAME", "Ada",
                            "GIT_AUTHOR_EMAIL", "ada@example.com",
                            "GIT_COMMITTER_NAME", "Ada",
                            "GIT_COMMITTER_EMAIL", "ada@example.com"));
            Process process = builder.start();
            int status = process.waitFor();
            String text = Files.readString(output).strip();
            Files.delete(output);
            if (status != 0) {
                throw new AssertionError(command + " ended with " + status + ": " + text);
            }
            return text;
        } catch (IOException e) {
            throw new AssertionError("these tests need git: install the package git (" + e.getMessage() + ")", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
