package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the manifest of a working directory. */
public final class ManifestFile {
    /** The one name that is read. */
    public static final String NAME = "pocketpaas.yml";

    private static final String OTHER_NAME = "pocketpaas.yaml";

    private final Path path;
    private final String shown;

    private ManifestFile(Path path, String shown) {
        this.path = path;
        this.shown = shown;
    }

    /**
     * The manifest of {@code workingDirectory}: there, or in a directory above it up to the root of the git working tree. Outside of git only the
     * directory itself counts, so that a stray file in a home directory does not.
     *
     * @throws PocketException when there is only a {@code pocketpaas.yaml}
     */
    public static Optional<ManifestFile> find(Path workingDirectory) {
        Path from = workingDirectory.toAbsolutePath().normalize();
        Path last = gitRoot(from).orElse(from);
        @Nullable Path directory = from;
        while (directory != null && directory.startsWith(last)) {
            Path candidate = directory.resolve(NAME);
            if (Files.exists(candidate)) {
                return Optional.of(
                        new ManifestFile(candidate, from.relativize(candidate).toString()));
            }
            if (Files.exists(directory.resolve(OTHER_NAME))) {
                throw PocketException.usage(
                        "found " + from.relativize(directory.resolve(OTHER_NAME)) + ", but only " + NAME + " is read",
                        "rename it: mv " + OTHER_NAME + " " + NAME);
            }
            directory = directory.getParent();
        }
        return Optional.empty();
    }

    /** The top of the git working tree that {@code directory} is in; {@code .git} is a file in worktrees and submodules. */
    private static Optional<Path> gitRoot(Path directory) {
        for (@Nullable Path at = directory; at != null; at = at.getParent()) {
            if (Files.exists(at.resolve(".git"))) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    /** The file, absolute. */
    public Path path() {
        return path;
    }

    /** The file as the user would name it from the working directory. */
    public String shown() {
        return shown;
    }

    /** The directory it is in. */
    public Path directory() {
        return path.resolveSibling("").normalize();
    }

    /** Its bytes, or the beginning of a file that is too large to be a manifest. */
    public byte[] bytes() {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(SourceText.LARGEST + 1);
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.USAGE, shown + " cannot be read", List.of(), "check that it is a file you may read", e);
        }
    }

    /**
     * What it says.
     *
     * @throws ManifestException with every problem of the file
     */
    public Manifest read() {
        return read(Optional.empty());
    }

    /**
     * What it says in a stage.
     *
     * @throws ManifestException with every problem of the file
     * @throws PocketException when it has no such stage
     */
    public Manifest read(Optional<String> stage) {
        return ManifestReader.read(shown, bytes(), stage);
    }
}
