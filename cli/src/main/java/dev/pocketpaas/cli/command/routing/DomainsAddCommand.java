package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.routing.Domains;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas domains add}. */
@Command(name = "add", description = "Add domains to an app. Takes effect at once, without a build.")
public final class DomainsAddCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "DOMAIN", arity = "1..*", description = "For example shop.example.com.")
    @Completes(Values.NOTHING)
    private List<String> domains = List.of();

    /** Acts through {@code context}. */
    public DomainsAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<Domain> added = domains.stream().map(Domain::parse).toList();
        AppName app = context.app();
        String done = app + " now serves " + Words.joined(added);
        return context.operate(
                "change of domains",
                done,
                (host, listener) -> new Domains(host).change(app, added, List.of(), listener));
    }
}
