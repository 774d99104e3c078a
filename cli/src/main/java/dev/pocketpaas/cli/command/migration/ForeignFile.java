package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.SourceDocument;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A file of another platform; of one that is too large, its beginning, which no reader takes for the whole. */
record ForeignFile(Path path) {
    static ForeignFile at(CommandContext context, String name) {
        return new ForeignFile(
                context.environment().resolve(name).toAbsolutePath().normalize());
    }

    /** The directory that it is in. */
    Path directory() {
        return path.resolveSibling("").normalize();
    }

    byte[] bytes() {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(SourceDocument.LARGEST + 1);
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.USAGE,
                    "cannot read " + path,
                    List.of(),
                    "check the path and the permissions of the file",
                    e);
        }
    }

    /** Its content where it is there. */
    Optional<byte[]> ifThere() {
        return Files.isRegularFile(path) ? Optional.of(bytes()) : Optional.empty();
    }
}
