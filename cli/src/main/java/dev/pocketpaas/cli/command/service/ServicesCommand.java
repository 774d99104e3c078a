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
        Listing.Builder listing =
                Listing.of("name", "type", "version", "state", "size", "connections", "memory", "apps");
        for (Services.Service service : context.ask(host -> new Services(host).list())) {
            listing.row(
                    service.name(),
                    service.type(),
                    service.major(),
                    service.state(),
                    exact ? service.size() : Bytes.text(service.size()),
                    service.connections(),
                    exact ? service.memory() : Bytes.text(service.memory()),
                    service.links().stream().map(Services.Link::app).collect(Collectors.joining(" ")));
        }
        context.output()
                .listing(
                        listing.build(),
                        "There are no services. Run \"pocketpaas services create postgres db\" to create one.");
        return 0;
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
