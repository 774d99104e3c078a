package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.AuthUser;
import dev.pocketpaas.core.routing.BasicAuth;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas auth}. */
@Command(name = "auth", description = "List the users of an app's password protection.")
public final class AuthCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public AuthCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Listing.Builder listing = Listing.of("name");
        context.ask(host -> new BasicAuth(host).list(app)).forEach(listing::row);
        context.output().listing(listing.build(), app + " is public. Run \"pocketpaas auth add NAME\" to protect it.");
        return 0;
    }

    @Command(name = "remove", description = "Remove a user. When none is left, the app is public again.")
    public static final class RemoveCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "NAME", arity = "1..*", description = "The user name.")
        @Completes(Values.USERS)
        private List<String> names = List.of();

        public RemoveCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            List<AuthUser> gone = names.stream().map(AuthUser::new).toList();
            return context.operate(
                    "change",
                    app + ": " + Words.joined(gone) + " removed",
                    (host, listener) -> new BasicAuth(host).remove(app, gone, listener));
        }
    }
}
