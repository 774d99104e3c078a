package dev.pocketpaas.cli.command.deploy;

import dev.pocketpaas.cli.command.app.TwoNames;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.release.Releases;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pocketpaas apps clone}. */
@Command(
        name = "clone",
        description = "Make a new app that runs the live release of another one.",
        footer = {
            "",
            "Settings, variables and the number of processes are copied; domains and certificates never are. Secrets "
                    + "are copied only with --env. Services and volumes are empty unless you add --data.",
            "After an interruption run the same command again: it continues.",
            "Example: pocketpaas apps clone shop shop-test --data"
        })
public final class AppsCloneCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin
    private TwoNames names = new TwoNames();

    @Option(names = "--data", description = "Copy the data of services and volumes.")
    private boolean data;

    @Option(names = "--env", description = "Copy all variables, secrets included.")
    private boolean env;

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public AppsCloneCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName source = names.app(context);
        AppName target = names.other(source);
        HostResolver.ResolvedHost place = context.target().host();
        Instant start = context.clock().instant();
        OperationResult result = new WatchedDeploy(context, target)
                .run(
                        place,
                        (host, listener) ->
                                new Releases(host).copy(source, target, data, env, handover.handover(), listener));
        Duration took = Duration.between(start, context.clock().instant());
        new DeployRuns(context).ended(target, result, took);
        return 0;
    }
}
