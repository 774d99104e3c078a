package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.invocation.AllHosts;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.cli.render.Numbered;
import dev.pocketpaas.core.app.Apps;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pocketpaas apps}. */
@Command(name = "apps", description = "List the apps of a host.")
public final class AppsCommand implements Callable<Integer> {
    private static final String NONE = "No apps yet. Run \"pocketpaas deploy\" to create one.";

    private final CommandContext context;

    @Mixin
    private HostsOption hosts = new HostsOption();

    /** Acts through {@code context}. */
    public AppsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return list(context, hosts.all);
    }

    private static int list(CommandContext context, boolean allHosts) {
        if (allHosts) {
            return ofAllHosts(context);
        }
        Listing.Builder listing = Listing.of("name", "state", "release", "url", "created", "preview_of");
        context.ask(host -> new Apps(host).list())
                .forEach(app -> listing.row(
                        app.name(),
                        app.state(),
                        Numbered.release(app.release()),
                        app.url(),
                        context.time(app.created()),
                        app.previewOf()));
        context.output().listing(listing.build(), NONE);
        return 0;
    }

    private static int ofAllHosts(CommandContext context) {
        AllHosts hosts = new AllHosts(context);
        List<AllHosts.Answer<List<Apps.Summary>>> answers = hosts.ask(host -> new Apps(host).list());
        Listing.Builder listing = Listing.of("host", "name", "state", "release", "url", "created", "preview_of");
        answers.forEach(answer -> answer.value().stream()
                .flatMap(List::stream)
                .forEach(app -> listing.row(
                        answer.host(),
                        app.name(),
                        app.state(),
                        Numbered.release(app.release()),
                        app.url(),
                        context.time(app.created()),
                        app.previewOf())));
        context.output().listing(listing.build(), NONE);
        return hosts.warn(answers);
    }

    /** Where to look. */
    static final class HostsOption {
        @Option(names = "--all-hosts", description = "List the apps of all hosts that this machine knows.")
        private boolean all;
    }

    /** Same as {@code apps}. */
    @Command(name = "list", description = "List the apps of a host.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        @Mixin
        private HostsOption hosts = new HostsOption();

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return list(context, hosts.all);
        }
    }
}
