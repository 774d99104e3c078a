package dev.pocketpaas.core.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** The files of a source tree, be it a directory or a commit. */
@FunctionalInterface
public interface SourceFiles {
    /** The largest file that is read; a larger one reads as its beginning, which no reader here takes for the whole. */
    int LARGEST = 1024 * 1024;

    /** The content of the regular file at {@code path} (with slashes, from the top), where there is one. */
    Optional<byte[]> read(String path);

    /** Whether there is a regular file at {@code path}. */
    default boolean has(String path) {
        return read(path).isPresent();
    }

    /** The files of {@code directory}. Unreadable files and links count as absent, as git would not ship what a link points to. */
    static SourceFiles ofDirectory(Path directory) {
        return path -> {
            Path file = directory.resolve(path);
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            try (InputStream in = Files.newInputStream(file)) {
                return Optional.of(in.readNBytes(LARGEST));
            } catch (IOException e) {
                return Optional.empty();
            }
        };
    }
}
