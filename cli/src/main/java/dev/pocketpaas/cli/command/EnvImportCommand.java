package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.environment.EnvironmentChange;
import dev.pocketpaas.core.environment.ImportedVariables;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
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
        String name = file.equals("-") ? "standard input" : file;
        ImportedVariables variables = ImportedVariables.read(name, bytes(name));
        variables.notes().forEach(note -> context.output().say("note: " + note));
        return target.change(context, EnvironmentChange.of(variables), "set", later, handover.handover());
    }

    private byte[] bytes(String name) {
        try {
            return file.equals("-")
                    ? context.environment().stdin().readAllBytes()
                    : Files.readAllBytes(context.environment().resolve(file));
        } catch (IOException e) {
            throw new PocketException(ExitCode.USAGE, "cannot read " + name, List.of(), "check the path", e);
        }
    }
}
