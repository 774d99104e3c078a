package dev.pocketpaas.cli.command.deploy;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.app.Previews;
import dev.pocketpaas.core.deploy.DeployRequest;
import dev.pocketpaas.core.deploy.DeploySource;
import dev.pocketpaas.core.deploy.Deployments;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Deploys a preview: the host makes it where there is none, and says which app it is. */
final class PreviewDeploy {
    private final CommandContext context;
    private final String label;
    private final Optional<Path> comment;
    private final AtomicReference<Optional<AppName>> opened = new AtomicReference<>(Optional.empty());

    /**
     * A deploy to be run.
     *
     * @param label the branch, or what the user calls it
     * @param comment the file for how it ended
     */
    PreviewDeploy(CommandContext context, String label, Optional<String> comment) {
        this.context = context;
        this.label = label;
        this.comment = comment.map(file -> context.environment().resolve(file));
    }

    /** Runs it; {@code request} names the app that it is a preview of. */
    void run(DeployRequest request, DeploySource source) {
        Instant start = context.environment().clock().instant();
        WatchedDeploy watched = new WatchedDeploy(context, request.app());
        OperationResult result;
        try {
            result = watched.run(
                    context.target().host(), (host, listener) -> deploy(watched, host, request, source, listener));
        } catch (PocketException e) {
            comment.ifPresent(file -> PreviewComment.write(file, PreviewComment.failed(label, e)));
            throw e;
        }
        AppName app = opened.get().orElse(request.app());
        Duration took = Duration.between(start, context.environment().clock().instant());
        comment.ifPresent(file -> PreviewComment.write(file, PreviewComment.done(app, label, result)));
        new DeployRuns(context).ended(app, result, took);
        result.fact("ends")
                .ifPresent(ends -> context.output()
                        .say("The preview lasts until " + context.coming(ends) + ", and longer with each deploy. "
                                + "Delete it: pocketpaas previews remove " + label));
    }

    private OperationResult deploy(
            WatchedDeploy watched,
            HostClient host,
            DeployRequest request,
            DeploySource source,
            OperationListener listener) {
        Previews.Opened preview = new Previews(host).open(request.app(), label);
        opened.set(Optional.of(preview.app()));
        watched.isOf(preview.app());
        if (!preview.leftOut().isEmpty()) {
            listener.on(new OperationEvent.Note(
                    "variables of " + request.app() + " that the preview does not get, as they look like secrets: "
                            + String.join(", ", preview.leftOut()) + "; previews.secrets in pocketpaas.yml names those "
                            + "that it may have"));
        }
        return new Deployments(host, context.refresh()).deploy(request.of(preview.app()), source, listener);
    }
}
