package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.GivenInput;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.core.environment.EnvironmentChange;
import dev.pocketpaas.core.environment.ImportedVariables;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas env import}. */
@Command(
        name = "import",
        description = "Set variables from a dotenv or JSON file, in one release.",
        footer = {
            "",
            "Variables that are not in the file stay as they are. The format is described in docs/environment.md."
        })
public final class EnvImportCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "FILE", description = "The file; \"-\" reads standard input.")
    private String file = "";

    @Option(names = "--no-restart", description = "Store them for the next release; restart nothing.")
    private boolean later;

    @Mixin
    private EnvironmentTarget target = new EnvironmentTarget();

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public EnvImportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        GivenInput input = new GivenInput(file);
        ImportedVariables variables = ImportedVariables.read(input.shown(), input.bytes(context.environment()));
        variables.notes().forEach(note -> context.output().say("note: " + note));
        return target.change(context, EnvironmentChange.of(variables), "set", later, handover.handover());
    }
}
