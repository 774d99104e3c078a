package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.GitRemote;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.move.AppMove;
import dev.pocketpaas.core.name.AppName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas apps move}. */
@Command(
        name = "move",
        description = "Move an app with its volumes and databases to another host.",
        footer = {
            "",
            "It is copied while it serves. Then it stops for a moment, what has changed is copied and compared, and it "
                    + "starts on the other host. The old host passes requests on until --finish.",
            "After an interruption run the same command again: it continues. --abort brings the app back with all its "
                    + "data.",
            "If the old host is gone for good in between, --lost starts what has come over.",
            "If the other one is gone for good, --lost without HOST has the app serve on the old host again, with the data "
                    + "that it had when it went.",
            "Example: pocketpaas apps move web2"
        })
public final class AppsMoveCommand implements Callable<Integer> {
    private static final String INTERRUPTED_CLAIM = "Interrupted. Run the same command again.";

    private final CommandContext context;

    @Parameters(arity = "0..1", paramLabel = "HOST", description = "The host to move to.")
    private @Nullable String goal;

    @Mixin
    private MoveOptions how = new MoveOptions();

    @Option(names = "--confirm", paramLabel = "APP", description = "The app's name, to confirm.")
    @Completes(Values.APPS)
    private @Nullable String confirmation;

    /** Acts through {@code context}. */
    public AppsMoveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        how.check();
        AppName app = context.app();
        if (how.lost()) {
            return claim(app);
        }
        HostResolver.ResolvedHost old = context.target().host();
        HostResolver.ResolvedHost next = new HostResolver(context.environment()).find(goal(app));
        if (next.address().equals(old.address())) {
            throw PocketException.usage(app + " is on " + old.shown() + " already", "name another host");
        }
        if (confirmation != null) {
            // A wrong one is refused before anything is asked for.
            context.confirm("moving " + app, app.value(), confirmation);
        }
        if (how.finish()) {
            return finish(app, old, next);
        }
        return how.abort() ? abort(app, old, next) : move(app, old, next);
    }

    /** What was said, else where the app is being moved to already. */
    private String goal(AppName app) {
        if (goal != null) {
            return goal;
        }
        if (!how.finish() && !how.abort()) {
            throw PocketException.usage("no host given", "pocketpaas apps move HOST");
        }
        return context.ask(host -> AppMove.peer(host, app))
                .orElseThrow(() -> PocketException.refused(app + " is not being moved", "see \"pocketpaas apps\""));
    }

    /** Where nobody can be asked later, nothing begins without a confirmation; that there is no such app is said first. */
    private AppMove.Moved confirmed(AppName app, AppMove move, DoubleConsumer estimate) {
        if (confirmation == null && !context.prompts().canAsk()) {
            move.need();
            context.confirm("moving " + app, app.value(), null);
        }
        return move.move(estimate);
    }

    private void tellOfPreviews(AppMove move) {
        List<String> previews = move.previews();
        if (!previews.isEmpty()) {
            context.output()
                    .warn("its previews did not move; they go, too, with all their data: "
                            + String.join(", ", previews));
        }
    }

    private int move(AppName app, HostResolver.ResolvedHost old, HostResolver.ResolvedHost next) {
        double[] estimated = {0};
        AppMove.Moved moved = with(
                app,
                old,
                next,
                move -> confirmed(app, move, seconds -> {
                    estimated[0] = seconds;
                    String text = "about " + rounded(seconds) + " s without service";
                    context.output().beside(app + " moves to " + next.shown() + ": " + text);
                    if (confirmation == null) {
                        context.confirm("moving " + app + " (" + text + ")", app.value(), null);
                    }
                }));
        Map<String, Object> document = document(app, old, next);
        document.put("urls", moved.urls());
        document.put("estimated_seconds", Math.round(estimated[0]));
        document.put("downtime_seconds", Math.round(moved.downtime() * 10) / 10.0);
        document.put("bytes", moved.bytes());
        document.put("dns", moved.names());
        List<String> lines = new ArrayList<>();
        String where = moved.urls().isEmpty() ? "" : ": " + String.join(" ", moved.urls());
        lines.add(app + " is on " + next.shown() + " now" + where
                + (moved.downtime() > 0
                        ? String.format(Locale.ROOT, " (%.1f s without service)", moved.downtime())
                        : ""));
        if (!moved.names().isEmpty()) {
            lines.add("Point these DNS records at " + next.shown() + ": " + String.join(" ", moved.names()));
        }
        lines.add(old.shown() + " passes requests on until you run: pocketpaas apps move " + next.shown()
                + " --finish --app " + app + " --host " + old.shown());
        lines.add("For your next commands: host: " + next.shown()
                + " in pocketpaas.yml, or: git remote set-url pocketpaas "
                + GitRemote.url(next.address(), app.value()));
        context.output().result(String.join("\n", lines), document);
        return 0;
    }

    private int finish(AppName app, HostResolver.ResolvedHost old, HostResolver.ResolvedHost next) {
        with(app, old, next, move -> {
            move.needMoved();
            List<String> elsewhere = how.ignoreDns() ? List.of() : move.elsewhere();
            if (!elsewhere.isEmpty()) {
                throw PocketException.refused(
                        "these names do not lead to " + next.shown() + " yet: " + String.join(" ", elsewhere),
                        "change their DNS records, wait until that is known everywhere, and run this again; or add "
                                + "--ignore-dns");
            }
            tellOfPreviews(move);
            context.confirm("removing " + app + " with its data from " + old.shown(), app.value(), confirmation);
            move.finish();
            return "";
        });
        context.output()
                .result(
                        app + " is gone from " + old.shown() + "; " + next.shown() + " has it",
                        document(app, old, next));
        return 0;
    }

    /** Whoever says that a host is gone is believed only if it does not answer: neither here, nor on the other host. */
    private int claim(AppName app) {
        HostResolver.ResolvedHost old = context.target().host();
        HostResolver.ResolvedHost next = goal == null ? old : new HostResolver(context.environment()).find(goal);
        LostHost lost = new LostHost(context);
        AppMove.Claimed claimed = context.environment().interruption().during(INTERRUPTED_CLAIM, () -> {
            try (Progress progress = context.progress();
                    HostClient host = context.open(next)) {
                return AppMove.claim(host, app, progress, known -> {
                    HostResolver.ResolvedHost other = next.address().equals(old.address())
                            ? new HostResolver(context.environment()).find(known.peer())
                            : old;
                    boolean ignores = lost.ignores(app, known, next.shown(), other, how.ignoreAnswer());
                    context.confirm(LostHost.act(app, known), app.value(), confirmation);
                    return ignores;
                });
            }
        });
        Map<String, Object> document = LostHost.document(app, claimed);
        document.put("to", next.shown());
        if (claimed.ends()) {
            context.output()
                    .result(
                            app + " stays on " + next.shown() + ", and its move is over for good. If " + claimed.peer()
                                    + " comes back, it serves what it has of " + app + ", and both run. Then: "
                                    + "pocketpaas apps move " + claimed.peer() + " --abort --app " + app + " --host "
                                    + next.shown() + ", and pocketpaas destroy --app " + app + " --host "
                                    + claimed.peer(),
                            document);
            return 0;
        }
        if (claimed.leaves()) {
            context.output()
                    .result(
                            app + " is on " + next.shown() + " again. If " + claimed.peer()
                                    + " comes back, it asks this host when it starts, and does not serve " + app
                                    + " then, unless the move was ended there; to end the "
                                    + "move for good, run the same command again. What was here can be removed now: "
                                    + "pocketpaas destroy --app " + app + " --host " + next.shown(),
                            document);
            return 0;
        }
        context.output()
                .result(
                        app + " is on " + next.shown() + " now, and the move is over. If " + claimed.peer()
                                + " comes back, remove what is left there: pocketpaas apps move " + next.shown()
                                + " --finish --app " + app + " --host " + claimed.peer(),
                        document);
        return 0;
    }

    private int abort(AppName app, HostResolver.ResolvedHost old, HostResolver.ResolvedHost next) {
        boolean gone = with(app, old, next, AppMove::abort);
        String left = gone ? "nothing of it is left on " + next.shown() : next.shown() + " has one of its own";
        context.output().result(app + " is on " + old.shown() + " as before; " + left, document(app, old, next));
        return 0;
    }

    private <T> T with(
            AppName app, HostResolver.ResolvedHost old, HostResolver.ResolvedHost next, Function<AppMove, T> what) {
        return context.environment().interruption().during(MoveListener.INTERRUPTED, () -> {
            try (Progress progress = context.progress();
                    HostClient from = context.open(old);
                    HostClient to = context.open(next)) {
                MoveListener listener = new MoveListener(
                        context.environment().interruption(), app, old.shown(), next.shown(), progress);
                return what.apply(new AppMove(app, from, old.shown(), to, next.shown(), listener, System::nanoTime));
            }
        });
    }

    private static Map<String, Object> document(
            AppName app, HostResolver.ResolvedHost old, HostResolver.ResolvedHost next) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("app", app.value());
        document.put("from", old.shown());
        document.put("to", next.shown());
        return document;
    }

    private static long rounded(double seconds) {
        return Math.max(1, Math.round(seconds));
    }
}
