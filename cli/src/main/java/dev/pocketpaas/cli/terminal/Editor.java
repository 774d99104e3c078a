package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The user's own editor on a text that may be secret: a file that only the user can read, and that is removed afterwards. */
public final class Editor implements AutoCloseable {
    private final Environment environment;
    private final String program;
    private final Path directory;
    private final Path file;

    /**
     * An editor of one text.
     *
     * @param program a command line of the user's, such as {@code code --wait}
     * @param name the name of the file, for people and for the editor's colours
     */
    public Editor(Environment environment, String program, String name) {
        this.environment = environment;
        this.program = program;
        try {
            this.directory = Files.createTempDirectory(
                    "pocketpaas-edit",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            this.file = directory.resolve(name);
        } catch (IOException e) {
            throw cannot("cannot make a file for the editor", e);
        }
    }

    /** Has the user edit {@code text}; what it is then. */
    public String edit(String text) {
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
            // As git does: the user's own words, and the file as an argument of its own.
            ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", program + " \"$@\"", program, file.toString());
            builder.directory(environment.workingDirectory().toFile());
            builder.environment().clear();
            builder.environment().putAll(environment.variables());
            builder.inheritIO();
            int status = builder.start().waitFor();
            if (status != 0) {
                throw PocketException.refused(
                        "the editor ended with exit code " + status + "; nothing was changed",
                        "set EDITOR to another one");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new PocketException(
                    ExitCode.USAGE,
                    "the edited text is not UTF-8; nothing was changed",
                    List.of(),
                    "save it as UTF-8",
                    e);
        } catch (IOException e) {
            throw cannot("the edited text cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, e);
        }
    }

    private static PocketException cannot(String what, IOException e) {
        return new PocketException(ExitCode.USAGE, what + ": " + e.getMessage(), List.of(), null, e);
    }

    /** Removes the file, and what the editor left beside it. */
    @Override
    public void close() {
        try (java.util.stream.Stream<Path> left = Files.list(directory)) {
            for (Path path : left.toList()) {
                Files.deleteIfExists(path);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw cannot("the file " + file + " could not be removed; it holds values", e);
        }
    }
}
