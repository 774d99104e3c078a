package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.environment.Dotenv;
import dev.pocketpaas.core.name.Secret;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pocketpaas env export}. */
@Command(
        name = "export",
        description = "Print the variables set with \"env set\" as a dotenv file.",
        footer = {"", "\"pocketpaas env import\" reads this format. With --json the output is one JSON object."})
public final class EnvExportCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--all", description = "Include variables from pocketpaas.yml and shared ones.")
    private boolean all;

    @Mixin
    private EnvironmentTarget target = new EnvironmentTarget();

    /** Acts through {@code context}. */
    public EnvExportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        SortedMap<String, Secret> values = ExportedVariables.of(target, context, all);
        Map<String, String> document = new TreeMap<>();
        values.forEach((name, value) -> document.put(name, value.revealText()));
        context.output().document(Dotenv.write(values), document);
        return 0;
    }
}
