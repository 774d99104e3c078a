package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.app.Apps;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "apps", description = "List the apps of a host.")
final class AppsCommand implements Callable<Integer> {
    private final CommandContext context;

    AppsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Listing.Builder listing = Listing.of("name", "state", "release", "url", "created");
        context.ask(host -> new Apps(host).list())
                .forEach(app -> listing.row(
                        app.name(),
                        app.state(),
                        Numbered.release(app.release()),
                        app.url(),
                        context.time(app.created())));
        context.output().listing(listing.build(), "No apps yet. Run \"pocketpaas deploy\" to create one.");
        return 0;
    }
}
