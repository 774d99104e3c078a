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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pocketpaas exec}. */
@Command(
        name = "exec",
        description = "Run a command, or a shell, in the container of a running process.",
        footer = {
            "",
            "The exit code is the command's. Without a process before it, what stands behind -- runs in the first web"
                    + " process. For a container of its own use \"pocketpaas run\".",
            "Example: pocketpaas exec web.1 -- ps aux"
        })
public final class ExecCommand implements Callable<Integer> {
    private static final String WEB = "web";

    private final CommandContext context;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--no-tty", description = "Do not allocate a terminal.")
    private boolean noTerminal;

    @Parameters(
            index = "0",
            paramLabel = "PROCESS",
            arity = "0..1",
            description = "For example web.1; a type alone means its first process.",
            defaultValue = WEB)
    @Completes(Values.TYPES)
    private String process = WEB;

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
        boolean unnamed = isUnnamed();
        String inside = unnamed ? WEB : process;
        List<String> words = unnamed ? withProcess() : withoutDashes();
        try (HostClient host = context.open()) {
            OneOffProcesses oneOff = new OneOffProcesses(host);
            return interactive
                    ? FarShell.run(terminal -> oneOff.inside(app, inside, words, terminal), environment)
                    : PipedProcess.run(oneOff.inside(app, inside, words, null), environment);
        }
    }

    /** Whether all words stand behind {@code --}: then the first of them is no process, as in {@code exec -- ps aux}. */
    private boolean isUnnamed() {
        if (spec == null) {
            return false;
        }
        List<String> given = spec.commandLine().getParseResult().originalArgs();
        int dashes = given.indexOf("--");
        return dashes >= 0 && given.size() - dashes - 1 == 1 + command.size();
    }

    private List<String> withProcess() {
        return Stream.concat(Stream.of(process), command.stream()).toList();
    }

    private List<String> withoutDashes() {
        return command.isEmpty() || !command.get(0).equals("--") ? command : command.subList(1, command.size());
    }
}
