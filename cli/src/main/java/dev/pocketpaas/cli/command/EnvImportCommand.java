package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.environment.EnvironmentChange;
import dev.pocketpaas.core.environment.ImportedVariables;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = "Set the variables of a dotenv file or of a JSON object: one release.",
        footer = {"", "What the file does not name stays as it is. docs/environment.md has the rules of the format."})
final class EnvImportCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "FILE", description = "The file; - for standard input.")
    private String file = "";

    @Option(names = "--no-restart", description = "Keep them for the next release.")
    private boolean later;

    @Mixin
    private EnvironmentTarget target = new EnvironmentTarget();

    @Mixin
    private HandoverOption handover = new HandoverOption();

    EnvImportCommand(CommandContext context) {
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
