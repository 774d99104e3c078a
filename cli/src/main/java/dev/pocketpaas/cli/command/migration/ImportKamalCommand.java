package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.migration.ImportPlan;
import dev.pocketpaas.core.migration.KamalImport;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas import kamal}. */
@Command(
        name = "kamal",
        description = "Write pocketpaas.yml for an app that Kamal deploys.",
        footer = {
            "",
            "Roles become processes, databases among the accessories become services. ERB in the file is not run. Nothing"
                    + " on the host is changed without --apply.",
            "Example: pocketpaas import kamal config/deploy.yml"
        })
public final class ImportKamalCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "Kamal's settings (default: config/deploy.yml).")
    private String file = "config/deploy.yml";

    @Mixin
    private ImportOptions options = new ImportOptions();

    /** Acts through {@code context}. */
    public ImportKamalCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ForeignFile found = ForeignFile.at(context, file);
        Path directory = found.directory();
        // Kamal keeps its settings one directory below the project.
        Path project =
                directory.endsWith("config") && directory.getParent() != null ? directory.getParent() : directory;
        ImportPlan plan = KamalImport.plan(
                ImportOptions.target(context), file, found.bytes(), String.valueOf(project.getFileName()));
        return new ImportRun(context, options, plan, project, Optional.empty()).run();
    }
}
