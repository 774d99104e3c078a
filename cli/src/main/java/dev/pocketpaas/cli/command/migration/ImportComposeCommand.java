package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.migration.ComposeImport;
import dev.pocketpaas.core.migration.ImportPlan;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas import compose}. */
@Command(
        name = "compose",
        description = "Write pocketpaas.yml for a program of a Docker Compose file.",
        footer = {
            "",
            "Services that run one image become one app; databases become services. Nothing on the host is changed"
                    + " without --apply.",
            "Example: pocketpaas import compose compose.yml --service api"
        })
public final class ImportComposeCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "FILE", description = "The file, for example compose.yml.")
    private String file = "";

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "The service that is the app, if there are several.")
    @Completes(Values.NOTHING)
    private @Nullable String service;

    @Mixin
    private ImportOptions options = new ImportOptions();

    /** Acts through {@code context}. */
    public ImportComposeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ForeignFile found = ForeignFile.at(context, file);
        Path directory = found.directory();
        ImportPlan plan = ComposeImport.plan(
                ImportOptions.target(context),
                file,
                found.bytes(),
                String.valueOf(directory.getFileName()),
                SourceFiles.ofDirectory(directory),
                Optional.ofNullable(service));
        return new ImportRun(context, options, plan, directory, Optional.empty()).run();
    }
}
