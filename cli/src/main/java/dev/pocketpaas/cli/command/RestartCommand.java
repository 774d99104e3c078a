package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Processes;
import dev.pocketpaas.core.name.AppName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "restart", description = "Restart an app in new containers, without downtime.")
final class RestartCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin
    private HandoverOption handover = new HandoverOption();

    RestartCommand(CommandContext context) {
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
