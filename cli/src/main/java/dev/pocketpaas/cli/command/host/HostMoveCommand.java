package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.command.app.LostHost;
import dev.pocketpaas.cli.command.app.MoveListener;
import dev.pocketpaas.cli.command.app.MoveOptions;
import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.environment.Interruption;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.move.AppMove;
import dev.pocketpaas.core.move.HostMove;
import dev.pocketpaas.core.name.AppName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas host move}. */
@Command(
        name = "move",
        description = "Move all apps, services, settings and keys of a host to another one.",
        footer = {
            "",
            "First settings, keys, registries and the schedule of backups, then each app as \"apps move\" does. The old "
                    + "host passes requests on until --finish.",
            "After an interruption run the same command again: it continues. --abort brings the apps back with all "
                    + "their data.",
            "If the old host is gone for good in between, --lost starts the apps that have come over.",
            "Example: pocketpaas host move web1 web2"
        })
public final class HostMoveCommand implements Callable<Integer> {
    private static final String INTERRUPTED_CLAIM = "Interrupted. Run the same command again: it continues.";

    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "FROM", description = "The host to move.")
    @Completes(Values.HOSTS)
    private String from = "";

    @Parameters(index = "1", paramLabel = "TO", description = "The host to move to.")
    @Completes(Values.HOSTS)
    private String to = "";

    @Mixin
    private MoveOptions how = new MoveOptions();

    @Option(names = "--confirm", paramLabel = "FROM", description = "The old host's name, to confirm.")
    @Completes(Values.HOSTS)
    private @Nullable String confirmation;

    /** Acts through {@code context}. */
    public HostMoveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        how.check();
        HostResolver hosts = new HostResolver(context.environment());
        HostResolver.ResolvedHost old = hosts.find(from);
        HostResolver.ResolvedHost next = hosts.find(to);
        if (next.address().equals(old.address())) {
            throw PocketException.usage("these are one host", "name another one");
        }
        if (how.lost()) {
            return claim(old, next);
        }
        if (confirmation != null) {
            // A wrong one is refused before anything is asked for.
            context.confirm("moving all apps of " + from, from, confirmation);
        }
        return context.environment().interruption().during(MoveListener.INTERRUPTED, () -> {
            try (Progress progress = context.progress();
                    HostClient source = context.open(old);
                    HostClient target = context.open(next)) {
                Interruption interruption = context.environment().interruption();
                return run(new Way(old.shown(), source, next.shown(), target, progress, interruption));
            }
        });
    }

    private void tellOfNeverLive(Way way) {
        List<String> stay = HostMove.neverLive(way.source());
        if (!stay.isEmpty()) {
            context.output()
                    .warn("of these apps nothing was ever live, so they do not move, and stay on " + way.old()
                            + " with their variables and volumes: " + String.join(", ", stay) + ". Deploy them on "
                            + way.next() + " anew; their variables: pocketpaas env --show --app APP --host "
                            + way.old());
        }
    }

    private void tellOfPreviews(Way way) {
        List<String> previews = HostMove.previews(way.source());
        if (!previews.isEmpty()) {
            context.output()
                    .warn("previews did not move; they go, too, with all their data: " + String.join(", ", previews));
        }
    }

    /** One after the other; what fails does not keep the others. */
    private int claim(HostResolver.ResolvedHost old, HostResolver.ResolvedHost next) {
        if (!how.ignoreAnswer()) {
            new LostHost(context).refuseIfThere(old);
        }
        context.confirm(
                "starting the apps that have come from " + from + "; if it still runs them, both do",
                from,
                confirmation);
        return context.environment().interruption().during(INTERRUPTED_CLAIM, () -> {
            try (Progress progress = context.progress();
                    HostClient host = context.open(next)) {
                return claim(host, old.shown(), next.shown(), progress);
            }
        });
    }

    private int claim(HostClient host, String old, String next, Progress progress) {
        List<AppName> apps = HostMove.apps(host).stream()
                .filter(app ->
                        AppMove.peer(host, app).equals(Optional.of(old)) && !AppMove.leaves(host, app, old, () -> ""))
                .toList();
        if (apps.isEmpty()) {
            throw PocketException.refused("no app has come to " + next + " from " + old, "see \"pocketpaas apps\"");
        }
        List<Map<String, Object>> done = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (AppName app : apps) {
            try {
                AppMove.Claimed claimed = AppMove.claim(host, app, progress, known -> how.ignoreAnswer());
                done.add(LostHost.document(app, claimed));
                lines.add(app + " is on " + next + " now"
                        + (claimed.at().isEmpty() ? "" : ", with its data of " + claimed.at()));
            } catch (PocketException e) {
                failed.add(app + ": " + e.what());
                context.output().warn(app + ": " + e.what());
            }
        }
        refuseUnfinished(failed, lines);
        lines.add("If " + old + " comes back, remove what is left there: pocketpaas host move " + from + " " + to
                + " --finish");
        context.output().result(String.join("\n", lines), Map.of("from", old, "to", next, "apps", done));
        return 0;
    }

    /** Both ends. */
    private record Way(
            String old,
            HostClient source,
            String next,
            HostClient target,
            Progress progress,
            Interruption interruption) {
        HostMove host() {
            return new HostMove(source, old, target, next, progress, System::nanoTime);
        }

        AppMove app(AppName app) {
            MoveListener listener = new MoveListener(interruption, app, old, next, progress);
            return new AppMove(app, source, old, target, next, listener, System::nanoTime);
        }
    }

    private int run(Way way) {
        List<AppName> apps = how.abort() ? leaving(way) : way.host().apps();
        if (how.finish()) {
            refuseElsewhere(way, apps);
            tellOfPreviews(way);
            tellOfNeverLive(way);
            context.confirm("removing all apps with their data from " + from, from, confirmation);
        } else if (how.abort()) {
            String which = apps.stream().map(AppName::value).collect(Collectors.joining(", "));
            context.output().beside("these apps come back to " + way.old() + ": " + which);
            context.confirm("bringing back " + which + " from " + way.next(), from, confirmation);
        } else {
            tellOfNeverLive(way);
            context.confirm("moving all apps of " + from, from, confirmation);
            way.host().settings();
        }
        List<Map<String, Object>> done = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (AppName app : apps) {
            try {
                one(way, app, done, lines);
            } catch (PocketException e) {
                failed.add(app + ": " + e.what());
                context.output().warn(app + ": " + e.what());
            }
        }
        refuseUnfinished(failed, lines);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("from", way.old());
        document.put("to", way.next());
        document.put("apps", done);
        lines.add(end(way));
        context.output().result(String.join("\n", lines), document);
        return 0;
    }

    /** Those that move to the other host, or were moved there, by this command or by {@code apps move}: nothing tells which. */
    private static List<AppName> leaving(Way way) {
        List<AppName> found = way.host().apps().stream()
                .filter(app -> AppMove.leaves(
                        way.source(),
                        app,
                        way.next(),
                        () -> AppMove.other(way.target(), app).host()))
                .toList();
        if (found.isEmpty()) {
            throw PocketException.refused(
                    "no app of " + way.old() + " moves to " + way.next(), "see: pocketpaas apps --host " + way.old());
        }
        return found;
    }

    private static void refuseUnfinished(List<String> failed, List<String> lines) {
        if (!failed.isEmpty()) {
            throw new PocketException(
                    ExitCode.FAILED_OLD_SERVES,
                    "not every app was dealt with: " + String.join("; ", failed),
                    lines,
                    "put right what is told, and run the same command again: it continues",
                    null);
        }
    }

    private String end(Way way) {
        if (how.finish()) {
            List<String> left = HostMove.left(way.source());
            String uninstall = "\"pocketpaas host uninstall " + way.old() + "\" removes PocketPaaS from it";
            return left.isEmpty()
                    ? "no app is left on " + way.old() + "; " + uninstall
                    : "still on " + way.old() + ", with all they have: " + String.join(", ", left)
                            + "; to remove one: pocketpaas destroy --app APP --host " + way.old() + ". Then "
                            + uninstall;
        }
        if (how.abort()) {
            return "the apps are on " + way.old() + " as before";
        }
        return way.old() + " passes requests on until you run: pocketpaas host move " + from + " " + to + " --finish";
    }

    private void one(Way way, AppName app, List<Map<String, Object>> done, List<String> lines) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("app", app.value());
        if (how.finish()) {
            way.app(app).finish();
        } else if (how.abort()) {
            way.app(app).abort();
        } else {
            AppMove.Moved moved = way.app(app)
                    .move(seconds -> context.output()
                            .beside(app + ": about " + Math.max(1, Math.round(seconds)) + " s without service"));
            document.put("urls", moved.urls());
            document.put("downtime_seconds", Math.round(moved.downtime() * 10) / 10.0);
            document.put("dns", moved.names());
            lines.add(app + " is on " + way.next() + " now"
                    + (moved.names().isEmpty() ? "" : "; DNS: " + String.join(" ", moved.names())));
        }
        done.add(document);
    }

    private void refuseElsewhere(Way way, List<AppName> apps) {
        List<String> elsewhere = new ArrayList<>();
        if (!how.ignoreDns()) {
            apps.forEach(app -> elsewhere.addAll(way.app(app).elsewhere()));
        }
        if (!elsewhere.isEmpty()) {
            throw PocketException.refused(
                    "these names do not lead to " + way.next() + " yet: " + String.join(" ", elsewhere),
                    "change their DNS records, wait until that is known everywhere, and run this again; or add "
                            + "--ignore-dns");
        }
    }
}
