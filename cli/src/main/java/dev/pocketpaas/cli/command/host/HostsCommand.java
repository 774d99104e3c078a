package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas hosts}. */
@Command(name = "hosts", description = "List the hosts known on this machine.")
public final class HostsCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public HostsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Listing.Builder listing = Listing.of("name", "address", "added");
        for (RegisteredHost host :
                new HostResolver(context.environment()).registry().list()) {
            listing.row(
                    host.name(),
                    host.address().toString(),
                    context.time(host.added().toString()));
        }
        context.output()
                .listing(
                        listing.build(),
                        "No hosts yet. Run \"pocketpaas init host root@ADDRESS\" to set one up, or "
                                + "\"pocketpaas sandbox up\" to try one here.");
        return 0;
    }
}
