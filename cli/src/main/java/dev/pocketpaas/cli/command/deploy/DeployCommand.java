package dev.pocketpaas.cli.command.deploy;

import dev.pocketpaas.cli.command.manifest.ManifestWriter;
import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.invocation.Refusals;
import dev.pocketpaas.cli.invocation.Target;
import dev.pocketpaas.core.app.Previews;
import dev.pocketpaas.core.deploy.DeployRequest;
import dev.pocketpaas.core.deploy.Deployments;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.image.DockerClient;
import dev.pocketpaas.core.image.LocalImage;
import dev.pocketpaas.core.manifest.ImageReference;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.plan.DeployPlan;
import dev.pocketpaas.core.protocol.Handover;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pocketpaas deploy}. */
@Command(
        name = "deploy",
        description = "Deploy the latest commit of this directory.",
        footer = {
            "",
            "Without a manifest it asks for the app and the host, writes one, and continues. The old "
                    + "release serves until the new one is healthy.",
            "A running deploy continues on the host when you disconnect: --attach shows it, --cancel stops it."
        })
public final class DeployCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--dirty", description = "Include uncommitted changes.")
    private boolean dirty;

    @Option(names = "--branch", paramLabel = "NAME", description = "Deploy the latest commit of this branch or tag.")
    @Completes(Values.BRANCHES)
    private @Nullable String branch;

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            description = "Run this image of a registry instead of building one.")
    private @Nullable String image;

    @Option(
            names = "--local",
            paramLabel = "IMAGE",
            description = "Run an image of the local Docker engine; only missing layers are sent.")
    private @Nullable String local;

    @Option(
            names = "--archive",
            paramLabel = "FILE",
            description = "Deploy this tar, tar.gz or zip archive: a file, a URL, or - for standard input.")
    private @Nullable String archive;

    @Option(
            names = "--preview",
            paramLabel = "NAME",
            arity = "0..1",
            fallbackValue = "",
            description = "Deploy a preview: an app of its own that ends by itself. Default: the branch.")
    @Completes(Values.BRANCHES)
    private @Nullable String preview;

    @Option(
            names = "--comment",
            paramLabel = "FILE",
            description = "Write the preview's address as Markdown, for a pull request.")
    private @Nullable String comment;

    @Option(names = "--force", description = "Build and start again even if nothing changed.")
    private boolean force;

    @Option(names = "--clear-cache", description = "Build without the build cache.")
    private boolean clearCache;

    @Option(
            names = "--run-secret-commands",
            description = "Run the commands that pocketpaas.yml defines for secrets without asking.")
    private boolean runSecretCommands;

    @Option(names = "--confirm", paramLabel = "NAME", description = "Replace the app NAME, whose history is unrelated.")
    @Completes(Values.APPS)
    private @Nullable String confirmation;

    @Mixin
    private HandoverOption handover = new HandoverOption();

    @Option(names = "--plan", description = "Show what would change; change nothing.")
    private boolean plan;

    @Option(names = "--wait", description = "If another deploy is running, wait for it. Ctrl-C stops waiting.")
    private boolean waitsForOthers;

    @Option(names = "--attach", description = "Show the running deploy from its start.")
    private boolean attach;

    @Option(names = "--cancel", description = "Stop the running deploy. The old release keeps serving.")
    private boolean cancel;

    /** Acts through {@code context}. */
    public DeployCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        requireOneThing();
        if (attach || cancel) {
            DeployRuns runs = new DeployRuns(context);
            return attach ? runs.attach() : runs.cancel();
        }
        if (archive != null) {
            try (Shipment shipment = Shipment.ofArchive(context, archive)) {
                return ship(shipment, Optional.empty());
            }
        }
        if (!plan && lacksManifest() && context.prompts().canAsk()) {
            context.output().say("Wrote " + new ManifestWriter(context).write().getFileName() + ".");
        }
        Optional<ImageReference> ready = local != null
                ? Optional.of(ImageReference.local(local))
                : Optional.ofNullable(image).map(ImageReference::new);
        refuseOtherName();
        try (Shipment shipment = Shipment.of(context, dirty, Optional.ofNullable(branch), ready)) {
            return ship(shipment, ready);
        }
    }

    private void refuseOtherName() {
        AppName app = context.app();
        if (confirmation != null && !confirmation.equals(app.value())) {
            throw Refusals.wrongName(confirmation, app.value());
        }
    }

    private int ship(Shipment shipment, Optional<ImageReference> ready) {
        refuseOtherName();
        DeployRequest request = new DeployRequest(
                context.app(),
                LaptopSecrets.of(
                        context, shipment.repository(), shipment.source().directory(), runSecretCommands),
                force,
                clearCache,
                waitsForOthers,
                confirmation != null,
                ready,
                ready.filter(reference -> reference.isLocal() && !plan)
                        .map(reference -> LocalImage.of(
                                new DockerClient(context.environment().variables()), reference.value())),
                handover.handover(),
                context.target().stage());
        return plan ? plan(request, shipment) : deploy(request, shipment);
    }

    /** Whether there is no manifest, and nothing else names both the app and the host. */
    private boolean lacksManifest() {
        Target target = context.target();
        return ManifestFile.find(context.environment().workingDirectory()).isEmpty()
                && (target.appIfKnown().isEmpty() || target.hostIfKnown().isEmpty());
    }

    private int deploy(DeployRequest request, Shipment shipment) {
        if (preview != null) {
            return deployPreview(request, shipment);
        }
        HostResolver.ResolvedHost place = context.target().host();
        Instant start = context.environment().clock().instant();
        OperationResult result = new WatchedDeploy(context, request.app())
                .run(
                        place,
                        (host, listener) ->
                                new Deployments(host, context.refresh()).deploy(request, shipment.source(), listener));
        Duration took = Duration.between(start, context.environment().clock().instant());
        shipment.addRemote(context, place, request.app());
        new DeployRuns(context).ended(request.app(), result, took);
        return 0;
    }

    private int deployPreview(DeployRequest request, Shipment shipment) {
        PreviewDeploy deploy = new PreviewDeploy(context, previewLabel(shipment), Optional.ofNullable(comment));
        deploy.run(request, shipment.source());
        return 0;
    }

    private String previewLabel(Shipment shipment) {
        String named = String.valueOf(preview);
        return Previews.label(
                named.isEmpty()
                        ? shipment.source()
                                .branch()
                                .orElseThrow(() -> PocketException.usage(
                                        "no branch is checked out that could name the preview",
                                        "name it: --preview pr-12"))
                        : named);
    }

    private int plan(DeployRequest request, Shipment shipment) {
        HostResolver.ResolvedHost place = context.target().host();
        DeployPlan planned = context.ask(host -> {
            Deployments deployments = new Deployments(host, context.refresh());
            return preview == null
                    ? deployments.plan(request, shipment.source())
                    : deployments.planPreview(request, previewLabel(shipment), shipment.source());
        });
        context.output().plan(planned, place.shown());
        return 0;
    }

    private void requireOneThing() {
        long modes = Stream.of(plan, attach, cancel).filter(mode -> mode).count();
        boolean ships = dirty
                || branch != null
                || image != null
                || archive != null
                || local != null
                || force
                || clearCache
                || confirmation != null
                || waitsForOthers
                || !handover.handover().equals(Handover.GENTLE);
        if (modes > 1 || ((attach || cancel) && ships)) {
            throw PocketException.usage(
                    "--attach and --cancel cannot be combined with other options of deploy",
                    "\"pocketpaas deploy --help\" explains each");
        }
        if (preview != null && (attach || cancel)) {
            throw PocketException.usage(
                    "--preview cannot be combined with --attach or --cancel",
                    "for a preview that is there, name its app: --app shop-pr-12");
        }
        if (comment != null && preview == null) {
            throw PocketException.usage("--comment is about a preview", "add --preview");
        }
        if (image != null && local != null) {
            throw PocketException.usage(
                    "--image and --local each name the image that runs", "use --local for one of this machine");
        }
        if (archive != null && (dirty || branch != null || image != null || local != null)) {
            throw PocketException.usage(
                    "--archive is all that is deployed: it cannot be combined with --dirty, --branch,"
                            + " --image or --local",
                    "leave out one of them");
        }
    }
}
