package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.Services;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services link}. */
@Command(
        name = "link",
        description = "Give an app a database and a login of its own, in one release.",
        footer = {
            "",
            "The app gets the address as DATABASE_URL; of a second service as NAME_URL (see \"services promote\").",
            "The login is no superuser. It can read and write the app's own database only."
        })
public final class ServicesLinkCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", description = "The service.")
    @Completes(Values.SERVICES)
    private String name = "";

    @Option(names = "--as", paramLabel = "VARIABLE", description = "Put the address into this variable. Repeatable.")
    @Completes(Values.VARIABLES)
    private List<String> variables = List.of();

    /** Acts through {@code context}. */
    public ServicesLinkCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceName service = new ServiceName(name);
        List<EnvName> chosen = variables.stream().map(EnvName::new).toList();
        AppName app = context.app();
        return context.operate(
                "change",
                app + " is linked to " + service,
                (host, listener) -> new Services(host).link(service, app, chosen, listener));
    }

    /** {@code pocketpaas services unlink}. */
    @Command(
            name = "unlink",
            description = "Take an app's login away, in one release. Its data stays in the service.",
            footer = {
                "",
                "--data deletes the data of an app that is not linked, also of one that is not on the host (any more)."
            })
    public static final class UnlinkCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "NAME", description = "The service.")
        @Completes(Values.SERVICES)
        private String name = "";

        @Option(names = "--data", description = "Delete the data of an app that is not linked.")
        private boolean data;

        @Option(names = "--confirm", paramLabel = "APP", description = "The app's name, to confirm --data.")
        @Completes(Values.APPS)
        private @Nullable String confirmation;

        /** Acts through {@code context}. */
        public UnlinkCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            ServiceName service = new ServiceName(name);
            AppName app = context.app();
            if (data) {
                context.confirm("deleting the data of " + app + " in " + service, app.value(), confirmation);
                return context.operate(
                        Subject.SERVICE,
                        "deletion",
                        "the data of " + app + " in " + service + " is deleted",
                        (host, listener) -> new Services(host).removeData(service, app, listener));
            }
            if (confirmation != null) {
                throw PocketException.usage("--confirm is for --data alone", "leave it out");
            }
            return context.operate(
                    "change",
                    app + " is not linked to " + service + " any more",
                    (host, listener) -> new Services(host).unlink(service, app, listener));
        }
    }

    /** {@code pocketpaas services promote}. */
    @Command(
            name = "promote",
            description = "Make a linked service the one in the app's usual variable (DATABASE_URL).",
            footer = {"", "The service that was in it before moves to NAME_URL. One release."})
    public static final class PromoteCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "NAME", description = "The service.")
        @Completes(Values.SERVICES)
        private String name = "";

        /** Acts through {@code context}. */
        public PromoteCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            ServiceName service = new ServiceName(name);
            AppName app = context.app();
            return context.operate(
                    "change",
                    service + " is the first of its kind for " + app,
                    (host, listener) -> new Services(host).promote(service, app, listener));
        }
    }
}
