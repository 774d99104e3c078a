package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.host.Buildpacks;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas buildpacks}. */
@Command(
        name = "buildpacks",
        description = "List the buildpacks of a host, with the commits that builds use.",
        footer = {
            "",
            "Those of the host's list come first, in the order in which they are tried; then those that apps name by "
                    + "address. A build never takes another commit by itself: \"buildpacks update\" does."
        })
public final class BuildpacksCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public BuildpacksCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Listing.Builder listing = Listing.of("name", "commit", "since", "ref", "address");
        context.ask(host -> new Buildpacks(host).list())
                .forEach(one -> listing.row(
                        one.name(),
                        commit(one),
                        one.since().isEmpty() ? "" : context.time(one.since()),
                        one.ref(),
                        one.name().startsWith(one.address()) ? "" : one.address()));
        context.output().listing(listing.build(), "No buildpacks.");
        return 0;
    }

    private String commit(Buildpacks.Buildpack one) {
        if (one.from().equals("programs")) {
            return "of the host programs";
        }
        if (one.commit().isEmpty()) {
            return "not used yet";
        }
        return context.options().json() ? one.commit() : Commit.shortened(one.commit());
    }

    /** Same as {@code buildpacks}. */
    @Command(name = "list", description = "List the buildpacks of a host, with the commits that builds use.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new BuildpacksCommand(context).call();
        }
    }
}
