package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.cli.render.Numbered;
import dev.pocketpaas.core.app.Apps;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas apps}. */
@Command(name = "apps", description = "List the apps of a host.")
public final class AppsCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public AppsCommand(CommandContext context) {
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

    /** Same as {@code apps}. */
    @Command(name = "list", description = "List the apps of a host.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new AppsCommand(context).call();
        }
    }
}
