package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.terminal.FarShell;
import dev.pocketpaas.cli.terminal.PipedProcess;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.process.OneOffProcesses;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas run}. */
@Command(
        name = "run",
        description = "Run a command in a new container of the live release.",
        footer = {
            "",
            "It gets the app's code and environment. The exit code is the command's. A process type in place of"
                    + " the command stands for the command of that type. With --detach the command runs in the background,"
                    + " for at most 24 hours, and its output goes to the app's logs.",
            "Example: pocketpaas run -- npm run seed"
        })
public final class RunCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-d", "--detach"},
            description = "Run in the background; \"pocketpaas runs\" lists such runs.")
    private boolean detach;

    @Option(names = "--no-tty", description = "Do not allocate a terminal.")
    private boolean noTerminal;

    @Option(names = "--type", paramLabel = "TYPE", description = "Use the limits of this process type.")
    private @Nullable String type;

    @Parameters(paramLabel = "COMMAND", arity = "1..*", description = "The command and its arguments.")
    private List<String> command = List.of();

    /** Acts through {@code context}. */
    public RunCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Optional<ProcessType> as = Optional.ofNullable(type).map(ProcessType::new);
        if (detach) {
            return detached(app, as);
        }
        Environment environment = context.environment();
        Environment.Terminals terminals = environment.terminals();
        boolean interactive = !noTerminal && terminals.stdin() && terminals.stdout();
        try (HostClient host = context.open()) {
            OneOffProcesses oneOff = new OneOffProcesses(host);
            return interactive
                    ? FarShell.run(terminal -> oneOff.start(app, as, command, terminal), environment)
                    : PipedProcess.run(oneOff.start(app, as, command, null), environment);
        }
    }

    private int detached(AppName app, Optional<ProcessType> as) {
        AtomicReference<String> number = new AtomicReference<>("");
        return context.operate(
                "command",
                () -> "started in the background as run " + number + " of " + app + "; see its output with \""
                        + context.again("logs -f --run " + number) + "\"",
                (host, listener) -> {
                    OperationResult result = new OneOffProcesses(host).detach(app, as, command, listener);
                    result.fact("run").ifPresent(number::set);
                    return result;
                });
    }
}
