package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.PocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where what another platform says of an app comes from. */
public final class ExportOptions {
    private static final String DUMP = "latest.dump";

    @Option(names = "--from", paramLabel = "DIR", description = "Read what it says from files in DIR.")
    private @Nullable String from;

    @Option(
            names = "--dump",
            paramLabel = "FILE",
            description = "A dump of its PostgreSQL, restored with --apply (default: DIR/latest.dump).")
    private @Nullable String dump;

    /** The files of the directory, where one was given. */
    Optional<Function<String, Optional<byte[]>>> files(CommandContext context) {
        if (from == null) {
            return Optional.empty();
        }
        Path directory = context.environment().resolve(from);
        if (!Files.isDirectory(directory)) {
            throw PocketException.usage("there is no directory " + directory, "pass an existing directory to --from");
        }
        return Optional.of(name -> new ForeignFile(directory.resolve(name)).ifThere());
    }

    /** The dump, if there is one. */
    Optional<Path> dump(CommandContext context) {
        if (dump != null) {
            return Optional.of(context.environment().resolve(dump));
        }
        return Optional.ofNullable(from)
                .map(directory -> context.environment().resolve(directory).resolve(DUMP))
                .filter(Files::isRegularFile);
    }
}
