package dev.pocketpaas.cli.command.deploy;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.deploy.Deployments;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.probe.UrlCheck;
import java.time.Duration;
import java.util.Optional;

/** Acts on a deploy that is already running, from any laptop. */
final class DeployRuns {
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final CommandContext context;

    DeployRuns(CommandContext context) {
        this.context = context;
    }

    /** Shows it from its start and exits as it does. */
    int attach() {
        AppName app = context.app();
        OperationResult result = new WatchedDeploy(context, app)
                .run(
                        context.target().host(),
                        (host, listener) -> new Deployments(host, context.refresh()).attach(app, listener));
        ended(app, result, result.fact("seconds").map(DeployRuns::duration).orElse(Duration.ZERO));
        return 0;
    }

    /** Stops it. */
    int cancel() {
        AppName app = context.app();
        return context.operate(
                "cancellation",
                app + ": deploy cancelled",
                (host, listener) -> new Deployments(host, context.refresh()).cancel(app, Optional.empty(), listener));
    }

    /** Prints how a deploy ended and whether this laptop can reach the app. */
    void ended(AppName app, OperationResult result, Duration took) {
        context.output()
                .deployed(
                        app + " is deployed",
                        result,
                        took,
                        result.facts("url").stream().findFirst().flatMap(new UrlCheck(LOOK)::look));
    }

    private static Duration duration(String seconds) {
        try {
            return Duration.ofMillis(Math.round(Double.parseDouble(seconds) * 1000));
        } catch (NumberFormatException e) {
            return Duration.ZERO;
        }
    }
}
