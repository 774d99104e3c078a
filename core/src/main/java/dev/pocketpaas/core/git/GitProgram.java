package dev.pocketpaas.core.git;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/**
 * The user's own {@code git}, for the few things that JGit cannot: an index with extensions that JGit does not know (split, sparse), and file
 * names that are no UTF-8, which Java cannot open. It is asked only then, it need not be there, and it changes nothing but objects.
 */
final class GitProgram {
    private static final long LONGEST_MINUTES = 10;

    private final Repository repository;

    GitProgram(Repository repository) {
        this.repository = repository;
    }

    /** What {@code git status} says; nothing where there is no git, or where it cannot read the index either. */
    Optional<List<Change>> status() {
        return run(
                        Map.of(),
                        "status",
                        "--porcelain=v1",
                        "-z",
                        "--no-renames",
                        "--untracked-files=all",
                        "--ignore-submodules=all")
                .filter(answer -> answer.status() == 0)
                .map(answer -> changes(answer.output()));
    }

    /** Whether {@code path} is in the index; nothing where git cannot say. */
    Optional<Boolean> isTracked(String path) {
        return run(Map.of(), "--literal-pathspecs", "ls-files", "-z", "--", path)
                .filter(answer -> answer.status() == 0)
                .map(answer -> answer.output().length > 0);
    }

    /**
     * Writes the working tree as {@code git add --all} would, into a copy of the index.
     *
     * @return the tree; nothing where there is no git
     * @throws PocketException when git cannot do it
     */
    Optional<ObjectId> writeTree() {
        Path directory = null;
        try {
            directory = Files.createTempDirectory("pocketpaas-index");
            Path index = directory.resolve("index");
            if (repository.getIndexFile().isFile()) {
                Files.copy(repository.getIndexFile().toPath(), index, StandardCopyOption.REPLACE_EXISTING);
            }
            Map<String, String> environment = Map.of("GIT_INDEX_FILE", index.toString());
            Optional<Answer> added = run(environment, "-c", "core.splitIndex=false", "add", "--all", "--", ".");
            if (added.isEmpty()) {
                return Optional.empty();
            }
            requireSuccess(added.get());
            Answer written = run(environment, "write-tree").orElseThrow();
            requireSuccess(written);
            return Optional.of(ObjectId.fromString(text(written.output()).strip()));
        } catch (IOException e) {
            throw PocketException.unexpected("the working tree cannot be read: " + e.getMessage(), null, e);
        } finally {
            if (directory != null) {
                delete(directory);
            }
        }
    }

    private static void requireSuccess(Answer answer) {
        if (answer.status() != 0) {
            throw PocketException.usage(
                    "git cannot read the working tree: " + answer.lastError(), "\"git status\" says more");
        }
    }

    private record Answer(int status, byte[] output, String errors) {
        String lastError() {
            return errors.lines()
                    .filter(line -> !line.isBlank())
                    .reduce((first, second) -> second)
                    .orElse("exit code " + status);
        }
    }

    /** Runs git on this repository, with the user's configuration but none of the variables that would lead it elsewhere. */
    private Optional<Answer> run(Map<String, String> environment, String... words) {
        List<String> command =
                new ArrayList<>(List.of("git", "--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false"));
        command.addAll(List.of(words));
        Path output = null;
        Path errors = null;
        try {
            output = Files.createTempFile("pocketpaas-git", ".out");
            errors = Files.createTempFile("pocketpaas-git", ".err");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(repository.getWorkTree())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
            builder.environment().put("GIT_DIR", repository.getDirectory().getAbsolutePath());
            builder.environment().put("GIT_WORK_TREE", repository.getWorkTree().getAbsolutePath());
            builder.environment().put("LC_ALL", "C");
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            return Optional.of(
                    new Answer(process.exitValue(), Files.readAllBytes(output), text(Files.readAllBytes(errors))));
        } catch (IOException e) {
            // There is no git here.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            deleteFile(output);
            deleteFile(errors);
        }
    }

    /** Entries {@code XY PATH}, each ended by a NUL (git-status(1), "Porcelain Format Version 1"). */
    private static List<Change> changes(byte[] output) {
        List<Change> changes = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < output.length; i++) {
            if (output[i] != 0) {
                continue;
            }
            if (i - from > 3) {
                byte[] path = java.util.Arrays.copyOfRange(output, from + 3, i);
                changes.add(new Change(kind((char) output[from], (char) output[from + 1]), text(path)));
            }
            from = i + 1;
        }
        changes.sort(Comparator.comparing(Change::path));
        return List.copyOf(changes);
    }

    private static Change.Kind kind(char index, char tree) {
        if (index == 'U' || tree == 'U' || index == tree && (index == 'A' || index == 'D')) {
            return Change.Kind.CONFLICTING;
        }
        if (index == '?') {
            return Change.Kind.UNTRACKED;
        }
        if (index == 'D' || tree == 'D') {
            return Change.Kind.DELETED;
        }
        return index == 'A' || tree == 'A' ? Change.Kind.ADDED : Change.Kind.MODIFIED;
    }

    /** UTF-8 where it is that, else each byte as a character, as JGit shows such names. */
    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private static void deleteFile(@org.jspecify.annotations.Nullable Path file) {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // It is in the directory for temporary files, which the system cleans.
                return;
            }
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(GitProgram::deleteFile);
        } catch (IOException | UncheckedIOException e) {
            return;
        }
        deleteFile(directory);
    }
}
