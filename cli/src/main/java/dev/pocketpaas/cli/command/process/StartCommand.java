package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.NowOption;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.Processes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pocketpaas start}. */
@Command(name = "start", description = "Start a stopped app.")
public final class StartCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin
    private NowOption now = new NowOption();

    /** Acts through {@code context}. */
    public StartCommand(CommandContext context) {
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
