package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.routing.Domains;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas domains remove}. */
@Command(name = "remove", description = "Remove domains that \"domains add\" added. Those in pocketpaas.yml stay.")
public final class DomainsRemoveCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "DOMAIN", arity = "1..*", description = "For example shop.example.com.")
    private List<String> domains = List.of();

    /** Acts through {@code context}. */
    public DomainsRemoveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<Domain> removed = domains.stream().map(Domain::parse).toList();
        AppName app = context.app();
        String done = app + " no longer serves " + Words.joined(removed);
        return context.operate(
                "change of domains",
                done,
                (host, listener) -> new Domains(host).change(app, List.of(), removed, listener));
    }
}
