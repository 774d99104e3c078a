package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.terminal.FarShell;
import dev.pocketpaas.cli.terminal.PipedProcess;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.OneOffProcesses;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas exec}. */
@Command(
        name = "exec",
        description = "Run a command, or a shell, in the container of a running process.",
        footer = {
            "",
            "The exit code is the command's. For a container of its own use \"pocketpaas run\".",
            "Example: pocketpaas exec web.1 -- ps aux"
        })
public final class ExecCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--no-tty", description = "Do not allocate a terminal.")
    private boolean noTerminal;

    @Parameters(
            index = "0",
            paramLabel = "PROCESS",
            arity = "0..1",
            description = "For example web.1; a type alone means its first process.",
            defaultValue = "web")
    @Completes(Values.TYPES)
    private String process = "";

    @Parameters(
            index = "1..*",
            paramLabel = "COMMAND",
            arity = "0..*",
            description = "The command and its arguments (default: a shell).")
    private List<String> command = List.of();

    /** Acts through {@code context}. */
    public ExecCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Environment environment = context.environment();
        Environment.Terminals terminals = environment.terminals();
        boolean interactive = !noTerminal && terminals.stdin() && terminals.stdout();
        List<String> words =
                command.isEmpty() || !command.get(0).equals("--") ? command : command.subList(1, command.size());
        try (HostClient host = context.open()) {
            OneOffProcesses oneOff = new OneOffProcesses(host);
            return interactive
                    ? FarShell.run(terminal -> oneOff.inside(app, process, words, terminal), environment)
                    : PipedProcess.run(oneOff.inside(app, process, words, null), environment);
        }
    }
}
