package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.Services;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services cancel}. */
@Command(name = "cancel", description = "Stop the upgrade of a service, its undo, or a copy into it.")
public final class ServicesCancelCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", description = "The service.")
    @Completes(Values.SERVICES)
    private String name = "";

    /** Acts through {@code context}. */
    public ServicesCancelCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceName service = new ServiceName(name);
        return context.operate(
                Subject.SERVICE,
                "end",
                "stopped; " + service + " is as it was",
                (host, listener) -> new Services(host).cancel(service, listener));
    }
}
