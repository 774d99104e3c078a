package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Bytes;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.service.Services;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code pocketpaas services}. */
@Command(
        name = "services",
        description = "List the services (databases) of a host.",
        footer = {"", "Example: pocketpaas services create postgres db && pocketpaas services link db"})
public final class ServicesCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public ServicesCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return list(context);
    }

    private static int list(CommandContext context) {
        boolean exact = context.options().json();
        Listing.Builder listing = Listing.of(
                "name", "type", "major", "state", "size", "connections", "memory", "apps", "backup", "drill");
        for (Services.Service service : context.ask(host -> new Services(host).list())) {
            listing.row(
                    service.name(),
                    service.type(),
                    service.major(),
                    service.state(),
                    exact ? service.size() : Bytes.text(service.size()),
                    service.connections(),
                    exact ? service.memory() : Bytes.text(service.memory()),
                    service.links().stream().map(Services.Link::app).collect(Collectors.joining(" ")),
                    service.backup().isEmpty() ? "" : context.time(service.backup()),
                    drill(context, service));
        }
        context.output()
                .listing(
                        listing.build(),
                        "There are no services. Run \"pocketpaas services create postgres db\" to create one.");
        return 0;
    }

    private static String drill(CommandContext context, Services.Service service) {
        if (service.drill().isEmpty()) {
            return "";
        }
        return service.drillResult().equals("ok") ? context.time(service.drill()) : "failed";
    }

    /** Same as {@code services}. */
    @Command(name = "list", description = "List the services (databases) of a host.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        /** Acts through {@code context}. */
        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return list(context);
        }
    }
}
