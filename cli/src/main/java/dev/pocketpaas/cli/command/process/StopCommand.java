package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.Processes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas stop}. */
@Command(
        name = "stop",
        description = "Stop all processes of an app. Requests get 503 until it is started.",
        footer = {
            "",
            "It stays stopped when the host reboots, and after \"env set\" and \"scale\". \"start\", "
                    + "\"restart\", a deploy or a rollback starts it again.",
            "To stop one process type, run \"pocketpaas scale worker=0\"."
        })
public final class StopCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public StopCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        return context.operate(
                "stop", app + " is stopped", (host, listener) -> new Processes(host).stop(app, listener));
    }
}
