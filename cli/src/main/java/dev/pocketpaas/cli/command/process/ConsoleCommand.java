package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.terminal.FarShell;
import dev.pocketpaas.cli.terminal.PipedProcess;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.OneOffProcesses;
import dev.pocketpaas.core.process.Processes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas console}. */
@Command(
        name = "console",
        description = "Open the app's console: the process type \"console\", in a new container.",
        footer = {
            "",
            "The command stands in the Procfile, for example \"console: bin/rails console\", or in pocketpaas.yml under "
                    + "processes. What comes after it is added to it. The exit code is the console's.",
            "Example: pocketpaas console"
        })
public final class ConsoleCommand implements Callable<Integer> {
    private static final String TYPE = "console";

    private final CommandContext context;

    @Option(names = "--no-tty", description = "Do not allocate a terminal.")
    private boolean noTerminal;

    @Parameters(paramLabel = "ARGUMENT", arity = "0..*", description = "More words for the command.")
    @Completes(Values.NOTHING)
    private List<String> more = List.of();

    /** Acts through {@code context}. */
    public ConsoleCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Environment environment = context.environment();
        Environment.Terminals terminals = environment.terminals();
        boolean interactive = !noTerminal && terminals.stdin() && terminals.stdout();
        List<String> words = new ArrayList<>(List.of(TYPE));
        words.addAll(more.isEmpty() || !more.get(0).equals("--") ? more : more.subList(1, more.size()));
        try (HostClient host = context.open()) {
            if (!new Processes(host).scale(app).containsKey(TYPE)) {
                throw PocketException.refused(
                        app + " has no process type console",
                        "add a line to its Procfile, for example \"console: node\", and deploy; for a shell: pocketpaas run -- sh");
            }
            OneOffProcesses oneOff = new OneOffProcesses(host);
            return interactive
                    ? FarShell.run(terminal -> oneOff.start(app, Optional.empty(), words, terminal), environment)
                    : PipedProcess.run(oneOff.start(app, Optional.empty(), words, null), environment);
        }
    }
}
