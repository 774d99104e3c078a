package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.core.environment.EnvironmentChange;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas env unset}. */
@Command(name = "unset", description = "Remove environment variables that \"env set\" set.")
public final class EnvUnsetCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "KEY", arity = "1..*", description = "A variable.")
    private List<String> names = List.of();

    @Option(names = "--no-restart", description = "Store the change for the next release; restart nothing.")
    private boolean later;

    @Mixin
    private EnvironmentTarget target = new EnvironmentTarget();

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public EnvUnsetCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return target.change(context, EnvironmentChange.unset(names), "unset", later, handover.handover());
    }
}
