package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.app.Processes;
import dev.pocketpaas.core.name.AppName;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "ps", description = "List the running processes of an app.")
final class PsCommand implements Callable<Integer> {
    private final CommandContext context;

    PsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        List<Processes.Instance> instances = context.ask(host -> new Processes(host).list(app));
        boolean json = context.options().json();
        Listing.Builder listing = Listing.of("process", "state", "since", "restarts", "memory", "address", "release");
        for (Processes.Instance process : instances) {
            listing.row(
                    process.name(),
                    process.state(),
                    process.since(),
                    process.restarts(),
                    json ? process.memory() : Bytes.text(process.memory()),
                    process.address(),
                    Numbered.release(process.release()));
        }
        context.output().listing(listing.build(), "no process of " + app + " runs");
        return 0;
    }
}
