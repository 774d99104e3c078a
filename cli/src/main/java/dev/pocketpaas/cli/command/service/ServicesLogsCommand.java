package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.LogLines;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.ServiceStreams;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services logs}. */
@Command(name = "logs", description = "Show the logs of a service.")
public final class ServicesLogsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", description = "The service.")
    @Completes(Values.SERVICES)
    private String name = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Follow new lines; Ctrl-C stops.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "Number of past lines (default: 100).")
    private int lines = 100;

    /** Acts through {@code context}. */
    public ServicesLogsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceName service = new ServiceName(name);
        if (lines < 0) {
            throw PocketException.usage(lines + " is not a number of lines", "pass 0 or more, for example -n 50");
        }
        LogLines.print(
                context.output(),
                each -> context.ask(host -> {
                    new ServiceStreams(host).logs(service, lines, follow, each);
                    return 0;
                }));
        return 0;
    }
}
