package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.app.Visitors;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.VisitorName;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "auth", description = "List the users of an app's password protection.")
final class AuthCommand implements Callable<Integer> {
    private final CommandContext context;

    AuthCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Listing.Builder listing = Listing.of("name");
        context.ask(host -> new Visitors(host).list(app)).forEach(listing::row);
        context.output().listing(listing.build(), app + " is public. Run \"pocketpaas auth add NAME\" to protect it.");
        return 0;
    }

    @Command(name = "remove", description = "Remove a user. When none is left, the app is public again.")
    static final class RemoveCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "NAME", arity = "1..*", description = "The user name.")
        private List<String> names = List.of();

        RemoveCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            List<VisitorName> gone = names.stream().map(VisitorName::new).toList();
            return context.operate(
                    "change",
                    app + ": " + Words.joined(gone) + " removed",
                    (host, listener) -> new Visitors(host).remove(app, gone, listener));
        }
    }
}
