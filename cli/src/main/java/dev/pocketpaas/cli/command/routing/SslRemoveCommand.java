package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.routing.Certificates;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas ssl remove}. */
@Command(name = "remove", description = "Remove certificates. Their domains are served over HTTP again.")
public final class SslRemoveCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "DOMAIN", arity = "1..*", description = "For example shop.example.com.")
    private List<String> domains = List.of();

    /** Acts through {@code context}. */
    public SslRemoveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<Domain> removed = domains.stream().map(Domain::parse).toList();
        AppName app = context.app();
        return context.operate(
                "change of certificates",
                app + " is served over HTTP at " + Words.joined(removed),
                (host, listener) -> new Certificates(host).remove(app, removed, listener));
    }
}
