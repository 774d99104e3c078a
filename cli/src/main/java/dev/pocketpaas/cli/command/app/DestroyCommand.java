package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.app.Apps;
import dev.pocketpaas.core.app.Previews;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pocketpaas destroy}. */
@Command(name = "destroy", description = "Delete an app: containers, images, releases and source. Volumes are kept.")
public final class DestroyCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--confirm", paramLabel = "NAME", description = "The app's name, to confirm.")
    @Completes(Values.APPS)
    private @Nullable String confirmation;

    @Option(names = "--volumes", description = "Delete its volumes and their data, too.")
    private boolean volumes;

    /** Acts through {@code context}. */
    public DestroyCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        String name = app.value();
        if (confirmation == null ? context.prompts().canAsk() : confirmation.equals(name)) {
            tellOfPreviews(app);
        }
        String act = "destroying " + name + (volumes ? " with its volumes" : "") + " on "
                + context.target().host().shown();
        context.confirm(act, name, confirmation);
        AtomicReference<String> done = new AtomicReference<>("");
        return context.operate("deletion", done::get, (host, listener) -> {
            OperationResult result = new Apps(host).destroy(app, volumes, listener);
            done.set(deleted(name, result));
            return result;
        });
    }

    /** That {@code what} is deleted; what stays of it is named. */
    static String deleted(String what, OperationResult result) {
        return what + " deleted"
                + result.fact("left").map(left -> ", but for " + left).orElse("");
    }

    private void tellOfPreviews(AppName app) {
        List<String> previews = context.ask(host -> new Previews(host).list(app)).stream()
                .map(preview -> preview.app().value())
                .toList();
        if (!previews.isEmpty()) {
            context.output().warn("its previews go, too, with all their data: " + String.join(", ", previews));
        }
    }
}
