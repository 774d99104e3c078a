package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.cli.render.Numbered;
import dev.pocketpaas.core.app.Previews;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.manifest.PreviewSettings;
import dev.pocketpaas.core.name.AppName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas previews}. */
@Command(
        name = "previews",
        description = "List the previews of an app.",
        footer = {"", "\"pocketpaas deploy --preview\" makes one. It ends by itself, a week after its last deploy."})
public final class PreviewsCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public PreviewsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return list(context);
    }

    private static int list(CommandContext context) {
        AppName app = context.app();
        Listing.Builder listing =
                Listing.of("name", "app", "state", "release", "commit", "url", "created", "ends", "who");
        context.ask(host -> new Previews(host).list(app))
                .forEach(preview -> listing.row(
                        preview.label(),
                        preview.app().value(),
                        preview.state(),
                        Numbered.release(preview.release()),
                        context.options().json() ? preview.commit() : Commit.shortened(preview.commit()),
                        preview.url(),
                        context.time(preview.created()),
                        context.coming(preview.ends()),
                        preview.who()));
        context.output()
                .listing(listing.build(), app + " has no previews. Run \"pocketpaas deploy --preview\" to make one.");
        return 0;
    }

    private static void remove(CommandContext context, AppName app, String label) {
        AtomicReference<String> done = new AtomicReference<>("");
        context.operate("deletion", done::get, (host, listener) -> {
            OperationResult result = new Previews(host).remove(app, label, listener);
            done.set(DestroyCommand.deleted("preview " + label + " of " + app, result));
            return result;
        });
    }

    /** Same as {@code previews}. */
    @Command(name = "list", description = "List the previews of an app.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return list(context);
        }
    }

    /** {@code pocketpaas previews remove}. */
    @Command(name = "remove", description = "Delete a preview with its data.")
    public static final class RemoveCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(index = "0", paramLabel = "NAME", description = "The preview, for example pr-12.")
        @Completes(Values.BRANCHES)
        private String name = "";

        @Option(names = "--if-exists", description = "Succeed if there is no such preview.")
        private boolean ifExists;

        public RemoveCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            String label = Previews.label(name);
            if (ifExists
                    && context.ask(host -> new Previews(host).list(app)).stream()
                            .noneMatch(preview -> preview.label().equals(label)
                                    || preview.app().value().equals(label))) {
                context.output().say("Nothing to do: " + app + " has no preview " + label + ".");
                return 0;
            }
            remove(context, app, label);
            return 0;
        }
    }

    /** {@code pocketpaas previews extend}. */
    @Command(name = "extend", description = "Keep a preview longer.")
    public static final class ExtendCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(index = "0", paramLabel = "NAME", description = "The preview, for example pr-12.")
        @Completes(Values.BRANCHES)
        private String name = "";

        @Parameters(
                index = "1",
                paramLabel = "DURATION",
                arity = "0..1",
                description = "How long, from now and after each deploy, for example 14d.")
        private @Nullable String time;

        public ExtendCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            String label = Previews.label(name);
            Optional<Duration> asked = Optional.ofNullable(time).map(PreviewSettings::ttl);
            Previews.Opened extended = context.ask(host -> new Previews(host).extend(app, label, asked));
            context.output()
                    .result(
                            "the preview " + label + " of " + app + " lasts until " + context.coming(extended.ends()),
                            Map.of("name", label, "app", extended.app().value(), "ends", extended.ends()));
            return 0;
        }
    }

    /** {@code pocketpaas previews prune}. */
    @Command(
            name = "prune",
            description = "Delete previews that were not deployed for a while.",
            footer = {"", "Without --idle: those whose time is over, which the host also deletes by itself."})
    public static final class PruneCommand implements Callable<Integer> {
        private final CommandContext context;

        @Option(
                names = "--idle",
                paramLabel = "DURATION",
                description = "Delete those that were not deployed or extended for so long.")
        private @Nullable String idle;

        public PruneCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            Optional<Duration> asked = Optional.ofNullable(idle).map(PreviewSettings::ttl);
            Instant now = context.clock().instant();
            List<String> old = context.ask(host -> new Previews(host).list(app)).stream()
                    .filter(preview ->
                            asked.isPresent() ? preview.renewedBefore(now.minus(asked.get())) : preview.endsBefore(now))
                    .map(Previews.Summary::label)
                    .toList();
            if (old.isEmpty()) {
                context.output().say("Nothing to do: no preview of " + app + " is that old.");
            }
            old.forEach(label -> remove(context, app, label));
            return 0;
        }
    }
}
