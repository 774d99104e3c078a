package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.Registries;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.RegistryName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas registries}. */
@Command(name = "registries", description = "List the logins of a host at registries of images.")
public final class RegistriesCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public RegistriesCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Listing.Builder listing = Listing.of("registry", "user", "app", "added", "by");
        context.ask(host -> new Registries(host).list())
                .forEach(login -> listing.row(
                        login.registry(),
                        login.user(),
                        login.app().isEmpty() ? "all" : login.app(),
                        context.time(login.when()),
                        login.who()));
        context.output()
                .listing(
                        listing.build(),
                        "No logins. Public images need none; for others: pocketpaas registries login REGISTRY");
        return 0;
    }

    /** The only app that a login is for. A manifest in the directory must not decide about that. */
    static Optional<AppName> app(CommandContext context) {
        return context.options().app().map(AppName::parse);
    }

    /** Same as {@code registries}. */
    @Command(name = "list", description = "List the logins of a host at registries of images.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new RegistriesCommand(context).call();
        }
    }

    @Command(
            name = "remove",
            description = "Forget the login at a registry. What runs goes on running.",
            footer = {"", "With --app it forgets the login of that app alone."})
    public static final class RemoveCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "REGISTRY", description = "The registry, for example ghcr.io.")
        @Completes(Values.REGISTRIES)
        private String registry = "";

        public RemoveCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            RegistryName name = RegistryName.parse(registry);
            Optional<AppName> app = app(context);
            if (!context.ask(host -> new Registries(host).remove(name, app))) {
                throw new PocketException(
                        ExitCode.REFUSED,
                        "there is no login at " + name
                                + app.map(one -> " for " + one + " alone").orElse(""),
                        List.of(),
                        "\"pocketpaas registries\" lists them",
                        null);
            }
            context.output().result("the login at " + name + " removed", Map.of("removed", name.value()));
            return 0;
        }
    }
}
