package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.DeployRequest;
import dev.pocketpaas.core.app.Deployments;
import dev.pocketpaas.core.app.Handover;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "deploy",
        description = "Ship the newest commit of this directory, and have it serve.",
        footer = {
            "",
            "Without a manifest it asks, writes one, and goes on. The old release serves until the new one answers.",
            "Afterwards \"git push pocketpaas\" does the same. A deploy once begun goes on on the host, whatever becomes of",
            "your laptop: --attach shows it, --cancel stops it."
        })
final class DeployCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--dirty", description = "Take along what is not committed.")
    private boolean dirty;

    @Option(
            names = "--branch",
            paramLabel = "NAME",
            description = "Ship the newest commit of this branch, or of this tag.")
    private @Nullable String branch;

    @Option(names = "--force", description = "Build and start anew, even where nothing changed.")
    private boolean force;

    @Option(names = "--clear-cache", description = "Build without the build cache.")
    private boolean clearCache;

    @Option(
            names = "--run-secret-commands",
            description = "Agree to the commands that pocketpaas.yml names for secrets.")
    private boolean runSecretCommands;

    @Option(
            names = "--confirm",
            paramLabel = "NAME",
            description = "Replace an app of this name that has an unrelated history.")
    private @Nullable String confirmation;

    @Mixin
    private HandoverOption handover = new HandoverOption();

    @Option(names = "--plan", description = "Show what would change, and touch nothing.")
    private boolean plan;

    @Option(
            names = "--wait",
            description =
                    "Where another deploy of the app is at work, wait in line for its end; Ctrl-C leaves the line.")
    private boolean inLine;

    @Option(names = "--attach", description = "Show the deploy that is at work, from its beginning; ship nothing.")
    private boolean attach;

    @Option(names = "--cancel", description = "Stop the deploy that is at work; the old release serves on.")
    private boolean cancel;

    DeployCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        requireOneThing();
        if (attach || cancel) {
            DeployRuns runs = new DeployRuns(context);
            return attach ? runs.attach() : runs.cancel();
        }
        if (!plan
                && context.target().appIfKnown().isEmpty()
                && context.prompts().canAsk()) {
            context.output().say("wrote " + new ManifestWriter(context).write().getFileName());
        }
        AppName app = context.app();
        if (confirmation != null && !confirmation.equals(app.value())) {
            throw Refusals.notConfirmed("replacing " + app, app.value());
        }
        try (Shipment shipment = Shipment.of(context, dirty, Optional.ofNullable(branch))) {
            DeployRequest request = new DeployRequest(
                    app,
                    LaptopSecrets.of(context, shipment.repository(), runSecretCommands),
                    force,
                    clearCache,
                    inLine,
                    confirmation != null,
                    handover.handover());
            return plan ? plan(request, shipment) : deploy(request, shipment);
        }
    }

    private int deploy(DeployRequest request, Shipment shipment) {
        Hosts.Place place = context.target().host();
        Instant start = context.environment().clock().instant();
        OperationResult result = new WatchedDeploy(context, request.app())
                .run(
                        place,
                        (host, listener) ->
                                new Deployments(host, context.programs()).deploy(request, shipment.source(), listener));
        Duration took = Duration.between(start, context.environment().clock().instant());
        shipment.addRemote(context, place, request.app());
        new DeployRuns(context).ended(request.app(), result, took);
        return 0;
    }

    private int plan(DeployRequest request, Shipment shipment) {
        Hosts.Place place = context.target().host();
        context.output()
                .plan(
                        context.ask(host -> new Deployments(host, context.programs()).plan(request, shipment.source())),
                        place.shown());
        return 0;
    }

    private void requireOneThing() {
        long modes = Stream.of(plan, attach, cancel).filter(mode -> mode).count();
        boolean ships = dirty
                || branch != null
                || force
                || clearCache
                || confirmation != null
                || inLine
                || !handover.handover().equals(Handover.GENTLE);
        if (modes > 1 || ((attach || cancel) && ships)) {
            throw PocketException.usage(
                    "--attach and --cancel are about a deploy that is at work, and go with no other option of deploy",
                    "\"pocketpaas deploy --help\" explains each");
        }
    }
}
