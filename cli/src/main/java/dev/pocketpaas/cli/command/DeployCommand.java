package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.app.DeployRequest;
import dev.pocketpaas.core.app.Deployments;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.reach.UrlCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
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
            "Afterwards \"git push pocketpaas\" does the same."
        })
final class DeployCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final CommandContext context;

    @Option(names = "--dirty", description = "Take along what is not committed.")
    private boolean dirty;

    @Option(names = "--branch", paramLabel = "NAME", description = "Ship the newest commit of this branch.")
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

    DeployCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (context.target().appIfKnown().isEmpty() && context.prompts().canAsk()) {
            context.output().say("wrote " + new ManifestWriter(context).write().getFileName());
        }
        AppName app = context.app();
        Hosts.Place place = context.target().host();
        if (confirmation != null && !confirmation.equals(app.value())) {
            throw Refusals.notConfirmed("replacing " + app, app.value());
        }
        Instant start = context.environment().clock().instant();
        try (Shipment shipment = Shipment.of(context, dirty, Optional.ofNullable(branch))) {
            LaptopSecrets secrets = LaptopSecrets.of(context, shipment.repository(), runSecretCommands);
            DeployRequest request =
                    new DeployRequest(app, secrets, force, clearCache, confirmation != null, handover.handover());
            OperationResult result = context.environment()
                    .interruption()
                    .during(CommandContext.goesOn("deploy"), () -> deploy(place, request, shipment));
            Duration took =
                    Duration.between(start, context.environment().clock().instant());
            shipment.addRemote(context, place, app);
            context.output()
                    .deployed(
                            app + " is deployed",
                            result,
                            took,
                            result.fact("url").flatMap(new UrlCheck(LOOK)::look));
        }
        return 0;
    }

    private OperationResult deploy(Hosts.Place place, DeployRequest request, Shipment shipment) {
        try (HostClient host = context.open(place);
                Progress progress = context.progress()) {
            return new Deployments(host, context.programs()).deploy(request, shipment.source(), progress);
        }
    }
}
