package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.Processes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pocketpaas restart}. */
@Command(name = "restart", description = "Restart an app in new containers, without downtime.")
public final class RestartCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public RestartCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        return context.operate(
                "restart",
                app + " restarted",
                (host, listener) -> new Processes(host).restart(app, handover.handover(), listener));
    }
}
