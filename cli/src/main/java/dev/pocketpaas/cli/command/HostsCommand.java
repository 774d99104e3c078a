package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.installer.hosts.KnownHost;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "hosts", description = "List the hosts known on this machine.")
final class HostsCommand implements Callable<Integer> {
    private final CommandContext context;

    HostsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Listing.Builder listing = Listing.of("name", "address", "added");
        for (KnownHost host : new Hosts(context.environment()).registry().list()) {
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
