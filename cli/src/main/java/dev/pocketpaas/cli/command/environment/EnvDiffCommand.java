package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ReleaseNumber;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas env diff}. */
@Command(
        name = "diff",
        description = "Compare the environment of two releases. Values are shown as digests.",
        footer = {
            "",
            "Equal digests mean equal values. They are made with a key that never leaves the host, so "
                    + "nobody can guess a value from one."
        })
public final class EnvDiffCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "RELEASE", description = "The older release, for example v12.")
    private String from = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "RELEASE",
            description = "The newer release (default: the live one).")
    private @Nullable String to;

    /** Acts through {@code context}. */
    public EnvDiffCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ReleaseNumber older = ReleaseNumber.parse(from);
        Optional<ReleaseNumber> newer = Optional.ofNullable(to).map(ReleaseNumber::parse);
        AppName app = context.app();
        Environments.Comparison comparison = context.ask(host -> new Environments(host).compare(app, older, newer));
        boolean json = context.output().isJson();
        Listing.Builder listing = json
                ? Listing.of("name", "from", "to")
                : Listing.of(
                        "name", comparison.from().toString(), comparison.to().toString());
        comparison
                .variables()
                .forEach(variable -> listing.row(
                        variable.name(),
                        json ? variable.from() : shown(variable.from()),
                        json ? variable.to() : shown(variable.to())));
        context.output()
                .listing(
                        listing.build(),
                        comparison.from() + " and " + comparison.to() + " of " + app + " have the same environment");
        return 0;
    }

    private static String shown(String digest) {
        return digest.isEmpty() ? "(not set)" : digest;
    }
}
