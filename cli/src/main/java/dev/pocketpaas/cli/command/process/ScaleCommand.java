package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.NowOption;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.process.Processes;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas scale}. */
@Command(
        name = "scale",
        description = "Set the number of processes of each type; without arguments, list them.",
        footer = {"", "Example: pocketpaas scale web=3 worker=0"})
public final class ScaleCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "TYPE=N", arity = "0..*", description = "A process type and a number.")
    private List<String> changes = List.of();

    @Mixin
    private NowOption now = new NowOption();

    /** Acts through {@code context}. */
    public ScaleCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        SortedMap<ProcessType, Integer> counts = parse(changes);
        AppName app = context.app();
        if (counts.isEmpty()) {
            return list(app);
        }
        List<String> words = new ArrayList<>();
        counts.forEach((type, count) -> words.add(type + "=" + count));
        return context.operate(
                "scaling",
                app + " scaled to " + Words.joined(words),
                (host, listener) -> new Processes(host).scale(app, counts, now.handover(), listener));
    }

    private int list(AppName app) {
        Listing.Builder listing = Listing.of("type", "processes", "source");
        context.ask(host -> new Processes(host).scale(app))
                .forEach((type, scale) ->
                        listing.row(type, String.valueOf(scale.count()), Words.source(scale.source(), "scale")));
        context.output().listing(listing.build(), app + " has no processes yet");
        return 0;
    }

    private static SortedMap<ProcessType, Integer> parse(List<String> changes) {
        SortedMap<ProcessType, Integer> counts = new TreeMap<>();
        for (String change : changes) {
            if (!change.matches("[^=]+=[0-9]{1,3}")) {
                throw PocketException.usage(
                        "\"" + Printable.of(change) + "\" is not of the form TYPE=NUMBER",
                        "write TYPE=NUMBER, for example web=3");
            }
            String[] parts = change.split("=", 2);
            counts.put(new ProcessType(parts[0]), Integer.valueOf(parts[1]));
        }
        return counts;
    }
}
