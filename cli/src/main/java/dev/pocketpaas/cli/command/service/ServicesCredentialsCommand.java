package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.Services;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services credentials}. */
@Command(name = "credentials", description = "List the logins of a service, without their passwords.")
public final class ServicesCredentialsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The service.")
    @Completes(Values.SERVICES)
    private @Nullable String name;

    /** Acts through {@code context}. */
    public ServicesCredentialsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (name == null) {
            throw PocketException.usage("no service given", "pocketpaas services credentials NAME");
        }
        ServiceName service = new ServiceName(name);
        Listing.Builder listing = Listing.of("app", "database", "login", "variables");
        List<Services.Link> links =
                context.ask(host -> new Services(host).info(service)).links();
        links.forEach(
                link -> listing.row(link.app(), link.database(), link.login(), String.join(" ", link.variables())));
        context.output()
                .listing(
                        listing.build(),
                        links.stream().map(ServicesInfoCommand::document).toList(),
                        "No app is linked to " + service + ".");
        return 0;
    }

    /** {@code pocketpaas services credentials rotate}. */
    @Command(
            name = "rotate",
            description = "Give the linked apps other passwords, with a release each and no failed query.",
            footer = {
                "",
                "Each app gets a second login and a release with it. The old login is dropped when the old release has "
                        + "ended, and the cron jobs and commands that began with it."
            })
    public static final class RotateCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "NAME", description = "The service.")
        @Completes(Values.SERVICES)
        private String name = "";

        @Option(names = "--only", paramLabel = "APP", description = "Of this app only.")
        @Completes(Values.APPS)
        private @Nullable String only;

        /** Acts through {@code context}. */
        public RotateCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            ServiceName service = new ServiceName(name);
            Optional<AppName> app = Optional.ofNullable(only).map(AppName::parse);
            return context.operate(
                    "rotation",
                    "the passwords of " + service + " were rotated",
                    (host, listener) -> new Services(host).rotate(service, app, listener));
        }
    }
}
