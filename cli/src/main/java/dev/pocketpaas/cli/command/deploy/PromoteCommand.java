package dev.pocketpaas.cli.command.deploy;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.invocation.Target;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.release.Releases;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pocketpaas promote}. */
@Command(
        name = "promote",
        description = "Put the live release of an app live as another app, without a build.",
        footer = {
            "",
            "The very image is used, with the other app's environment, domains, services and volumes.",
            "Example: pocketpaas promote --app shop-staging --to shop",
            "Example: pocketpaas promote --stage staging --to-stage production"
        })
public final class PromoteCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--to", paramLabel = "NAME", description = "The app that gets the release.")
    @Completes(Values.APPS)
    private @Nullable String to;

    @Option(names = "--to-stage", paramLabel = "NAME", description = "The stage of pocketpaas.yml that gets it.")
    @Completes(Values.NOTHING)
    private @Nullable String toStage;

    @Option(names = "--create", description = "Create the other app if there is none.")
    private boolean create;

    @Option(names = "--wait", description = "If a deploy of the other app is running, wait for it.")
    private boolean waits;

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public PromoteCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName source = context.app();
        HostResolver.ResolvedHost place = context.target().host();
        AppName target = target(place);
        if (target.equals(source)) {
            throw PocketException.usage(
                    source + " cannot be promoted to itself", "name another app with --to, or its source with --app");
        }
        Instant start = context.environment().clock().instant();
        WatchedDeploy watched = new WatchedDeploy(context, target);
        OperationResult result = watched.run(
                place,
                (host, listener) ->
                        new Releases(host).promote(source, target, create, waits, handover.handover(), listener));
        Duration took = Duration.between(start, context.environment().clock().instant());
        new DeployRuns(context).ended(target, result, took);
        return 0;
    }

    private AppName target(HostResolver.ResolvedHost place) {
        if ((to == null) == (toStage == null)) {
            throw PocketException.usage(
                    to == null ? "no app given that gets the release" : "--to and --to-stage cannot be combined",
                    "pass --to NAME, or --to-stage NAME for a stage of pocketpaas.yml");
        }
        if (to != null) {
            return AppName.parse(to);
        }
        Target stage = context.target().inStage(String.valueOf(toStage));
        HostResolver.ResolvedHost other = stage.host();
        if (!other.address().name().equals(place.address().name())) {
            throw PocketException.refused(
                    "the stage " + toStage + " is on the host " + other.shown()
                            + ", and a release is promoted on one host" + " only",
                    "deploy it there: pocketpaas deploy --stage " + toStage);
        }
        return stage.appIfKnown()
                .orElseThrow(() -> PocketException.usage(
                        "the stage " + toStage + " names no app", "add app: to it in pocketpaas.yml"));
    }
}
