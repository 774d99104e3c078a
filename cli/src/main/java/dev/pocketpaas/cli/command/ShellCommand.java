package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.completion.CommandModel;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.shell.Shell;
import dev.pocketpaas.core.failure.PocketException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "shell",
        description = "Run many commands on one connection, with completion and history.",
        footer = {
            "",
            "Type commands without \"pocketpaas\". \"use APP\" chooses the app, \"use APP --host HOST\" the host, too. Ctrl-C "
                    + "ends a command, Ctrl-D or \"exit\" the shell.",
            "For a shell inside of your app: pocketpaas run -- sh.",
            "Without a terminal it runs the lines of its standard input; its exit code is that of the last command."
        })
final class ShellCommand implements Callable<Integer> {
    private final CommandContext context;

    ShellCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (context.options().json()) {
            throw PocketException.usage("--json cannot be combined with shell", "pass it to the commands in the shell");
        }
        return new Shell(
                        context.environment(),
                        context.options(),
                        context.collaborators(),
                        context.runner(),
                        this::program)
                .run();
    }

    private CommandModel program() {
        return CommandModel.of(new CommandTree(context.environment(), context.collaborators()).whole());
    }
}
