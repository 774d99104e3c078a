package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Environments;
import dev.pocketpaas.core.environment.EnvironmentChange;
import dev.pocketpaas.core.name.AppName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "unset", description = "Take environment variables away that \"env set\" gave.")
final class EnvUnsetCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "KEY", arity = "1..*", description = "A variable.")
    private List<String> names = List.of();

    @Mixin
    private HandoverOption handover = new HandoverOption();

    EnvUnsetCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        EnvironmentChange change = EnvironmentChange.unset(names);
        String done = app + ": " + Words.joined(new ArrayList<>(change.unset())) + " unset";
        return context.operate(
                "change of the environment",
                done,
                (host, listener) -> new Environments(host).change(app, change.toTree(), handover.handover(), listener));
    }
}
