package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Processes;
import dev.pocketpaas.core.name.AppName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "start", description = "Start a stopped app.")
final class StartCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin
    private NowOption now = new NowOption();

    StartCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        return context.operate(
                "start",
                app + " started",
                (host, listener) -> new Processes(host).start(app, now.handover(), listener));
    }
}
