package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.cli.render.Bytes;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.Services;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services destroy}. */
@Command(name = "destroy", description = "Delete a service with all its data. Refused while an app is linked to it.")
public final class ServicesDestroyCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", description = "The service.")
    @Completes(Values.SERVICES)
    private String name = "";

    @Option(names = "--confirm", paramLabel = "NAME", description = "The service's name, to confirm.")
    @Completes(Values.SERVICES)
    private @Nullable String confirmation;

    /** Acts through {@code context}. */
    public ServicesDestroyCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceName chosen = new ServiceName(name);
        Services.Service service = context.ask(host -> new Services(host).info(chosen));
        List<String> linked = service.links().stream().map(Services.Link::app).toList();
        if (!linked.isEmpty()) {
            throw PocketException.refused(
                    name + " is in use by " + Words.joined(linked),
                    "pocketpaas services unlink " + name + " --app " + linked.get(0));
        }
        String data = service.kept().isEmpty() ? "" : " and the data of " + Words.joined(service.kept());
        String size = service.size().isEmpty() ? "" : " (" + Bytes.text(service.size()) + ")";
        context.confirm("destroying " + name + data + size, name, confirmation);
        return context.operate(
                Subject.SERVICE,
                "deletion",
                name + " deleted",
                (host, listener) -> new Services(host).destroy(chosen, listener));
    }
}
