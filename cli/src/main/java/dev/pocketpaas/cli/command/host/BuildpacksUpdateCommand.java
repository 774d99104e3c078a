package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.host.Buildpacks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas buildpacks update}. */
@Command(
        name = "update",
        description = "Use the newest commit of buildpacks from the next build on.",
        footer = {
            "",
            "Without a name it updates all that builds have used. One that is named by a commit stays there. What runs "
                    + "goes on running; the next deploy of an app that uses a changed one builds again.",
            "Example: pocketpaas buildpacks update heroku/nodejs"
        })
public final class BuildpacksUpdateCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "The buildpacks, by name or address (default: all).")
    @Completes(Values.BUILDPACKS)
    private List<String> names = new ArrayList<>();

    @Option(names = "--dry-run", description = "Show which have a newer commit; change nothing.")
    private boolean dryRun;

    /** Acts through {@code context}. */
    public BuildpacksUpdateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<Buildpacks.Move> moves = context.ask(host -> new Buildpacks(host).look(names, !dryRun));
        Listing.Builder listing = Listing.of("name", "before", "commit", "result");
        boolean json = context.options().json();
        moves.forEach(move -> listing.row(
                move.name(),
                json ? move.before() : Commit.shortened(move.before()),
                json ? move.commit() : Commit.shortened(move.commit()),
                result(move)));
        context.output().listing(listing.build(), "No buildpacks.");
        moves.stream()
                .filter(move -> !move.trouble().isEmpty())
                .forEach(move ->
                        context.output().warn(move.trouble() + (move.cure().isEmpty() ? "" : "; " + move.cure())));
        boolean failed = moves.stream().anyMatch(move -> !move.trouble().isEmpty());
        return failed ? ExitCode.FAILED_OLD_SERVES.code() : 0;
    }

    private String result(Buildpacks.Move move) {
        if (!move.trouble().isEmpty()) {
            return "unknown";
        }
        if (move.before().isEmpty()) {
            return "not used yet";
        }
        return move.isNews() ? (dryRun ? "would be updated" : "updated") : "up to date";
    }
}
