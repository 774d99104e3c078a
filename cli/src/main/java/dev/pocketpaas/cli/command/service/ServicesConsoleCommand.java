package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.terminal.FarShell;
import dev.pocketpaas.cli.terminal.PipedProcess;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.ServiceStreams;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services console}. */
@Command(
        name = "console",
        description = "Open the server's own console (psql, redis-cli) on an app's data.",
        footer = {
            "",
            "With a command it runs that one only.",
            "Example: pocketpaas services console db -- \"SELECT count(*) FROM users\""
        })
public final class ServicesConsoleCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "NAME", description = "The service.")
    @Completes(Values.SERVICES)
    private String name = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "COMMAND", description = "A command of the console.")
    private List<String> command = List.of();

    /** Acts through {@code context}. */
    public ServicesConsoleCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceName service = new ServiceName(name);
        Optional<AppName> app = context.target().appIfKnown();
        Environment environment = context.environment();
        Environment.Terminals terminals = environment.terminals();
        boolean interactive = command.isEmpty() && terminals.stdin() && terminals.stdout();
        try (HostClient host = context.open()) {
            ServiceStreams streams = new ServiceStreams(host);
            return interactive
                    ? FarShell.run(terminal -> streams.console(service, app, command, terminal), environment)
                    : PipedProcess.run(streams.console(service, app, command, null), environment);
        }
    }
}
