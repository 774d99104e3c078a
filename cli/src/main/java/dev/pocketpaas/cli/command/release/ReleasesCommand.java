package dev.pocketpaas.cli.command.release;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.HumanTime;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.cli.render.ReleaseView;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ReleaseNumber;
import dev.pocketpaas.core.release.Releases;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas releases}. */
@Command(name = "releases", description = "List the releases of an app, newest first.")
public final class ReleasesCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public ReleasesCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Listing.Builder listing = Listing.of("release", "status", "when", "who", "change", "commit", "failure");
        for (Releases.Release release : context.ask(host -> new Releases(host).list(app))) {
            listing.row(
                    release.number().toString(),
                    release.live() ? "live" : release.status(),
                    context.time(release.when()),
                    release.who(),
                    release.whatChanged(),
                    release.commit().substring(0, Math.min(8, release.commit().length())),
                    release.failure());
        }
        context.output()
                .listing(listing.build(), app + " has no releases yet. Run \"pocketpaas deploy\" to create one.");
        return 0;
    }

    /** Same as {@code releases}. */
    @Command(name = "list", description = "List the releases of an app, newest first.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new ReleasesCommand(context).call();
        }
    }

    @Command(name = "show", description = "Show one release: source, image, processes, settings, environment.")
    public static final class ShowCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "RELEASE", description = "For example v12.")
        private String release = "";

        @Option(names = "--show", description = "Show the values of environment variables.")
        private boolean show;

        public ShowCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            ReleaseNumber number = ReleaseNumber.parse(release);
            AppName app = context.app();
            ReleaseView view = new ReleaseView(context.ask(host -> new Releases(host).show(app, number)), show);
            context.output()
                    .result(
                            view.text(
                                    context.output().style(),
                                    new HumanTime(context.environment().clock())),
                            view.document());
            return 0;
        }
    }

    @Command(name = "log", description = "Print the build log of a release.")
    public static final class LogCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "RELEASE", description = "For example v12.")
        private String release = "";

        public LogCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            ReleaseNumber number = ReleaseNumber.parse(release);
            AppName app = context.app();
            String log = context.ask(host -> new Releases(host).log(app, number));
            context.output().document(log, java.util.Map.of("release", number.toString(), "log", log));
            return 0;
        }
    }
}
