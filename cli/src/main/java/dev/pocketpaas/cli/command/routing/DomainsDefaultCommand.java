package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.routing.Domains;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas domains default}. */
@Command(
        name = "default",
        description = "Switch an app's default address on or off.",
        footer = {
            "",
            "The default address is APP.DOMAIN-OF-THE-HOST. It stays when you add domains, until you switch it off.",
            "An app without a domain of its own keeps it."
        })
public final class DomainsDefaultCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "on|off", description = "Whether the app serves its default address.")
    private String state = "";

    /** Acts through {@code context}. */
    public DomainsDefaultCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!state.equals("on") && !state.equals("off")) {
            throw PocketException.usage("\"" + Printable.of(state) + "\" is neither on nor off", "write on or off");
        }
        boolean on = state.equals("on");
        AppName app = context.app();
        return context.operate(
                "change of domains",
                "the default address of " + app + " is " + state,
                (host, listener) -> new Domains(host).switchDefault(app, on, listener));
    }
}
