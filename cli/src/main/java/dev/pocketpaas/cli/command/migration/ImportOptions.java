package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.migration.ImportTarget;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every import takes. */
public final class ImportOptions {
    @Option(names = "--apply", description = "Do it: create the app, set variables, create and fill services.")
    private boolean apply;

    @Option(names = "--force", description = "Overwrite pocketpaas.yml and the file of --env-file.")
    private boolean force;

    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            description = "Write the variables' values to FILE, which only you can read.")
    private @Nullable String envFile;

    boolean apply() {
        return apply;
    }

    boolean force() {
        return force;
    }

    Optional<String> envFile() {
        return Optional.ofNullable(envFile);
    }

    /** The app and the host, as the options and the environment name them. */
    static ImportTarget target(CommandContext context) {
        return new ImportTarget(
                context.options()
                        .app()
                        .or(() -> context.environment().get(EnvironmentVariable.POCKETPAAS_APP))
                        .map(AppName::parse),
                context.options()
                        .host()
                        .or(() -> context.environment().get(EnvironmentVariable.POCKETPAAS_HOST))
                        .map(HostAddress::parse));
    }
}
