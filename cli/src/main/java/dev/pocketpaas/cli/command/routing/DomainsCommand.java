package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.routing.Domains;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas domains}. */
@Command(name = "domains", description = "List an app's domains and where each is set.")
public final class DomainsCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public DomainsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Listing.Builder listing = Listing.of("domain", "source");
        context.ask(host -> new Domains(host).list(app))
                .forEach(entry -> listing.row(entry.name(), Words.source(entry.source(), "domains add")));
        context.output().listing(listing.build(), app + " has no domains");
        return 0;
    }

    /** Same as {@code domains}. */
    @Command(name = "list", description = "List an app's domains and where each is set.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new DomainsCommand(context).call();
        }
    }
}
