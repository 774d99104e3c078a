package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Domains;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "add", description = "Add domains to an app. Takes effect at once, without a build.")
final class DomainsAddCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "DOMAIN", arity = "1..*", description = "For example shop.example.com.")
    private List<String> domains = List.of();

    DomainsAddCommand(CommandContext context) {
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
