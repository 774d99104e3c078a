package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.routing.Certificates;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas ssl}. */
@Command(name = "ssl", description = "List an app's certificates: domain, issuer, days left, source.")
public final class SslCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public SslCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Instant now = context.environment().clock().instant();
        Listing.Builder listing = Listing.of(
                "domain",
                "https",
                "issuer",
                "days_left",
                "valid_until",
                "source",
                "names",
                "serial",
                "problem",
                "next_try");
        context.ask(host -> new Certificates(host).list(app))
                .forEach(entry -> listing.row(
                        entry.domain(),
                        entry.notAfter().isEmpty() ? "no" : entry.answers() ? "yes" : "unused",
                        entry.issuer(),
                        entry.notAfter()
                                .map(end -> String.valueOf(
                                        Duration.between(now, end).toDays()))
                                .orElse(""),
                        entry.notAfter()
                                .map(Instant::toString)
                                .map(context::time)
                                .orElse(""),
                        entry.source(),
                        String.join(" ", entry.names()),
                        entry.serial(),
                        entry.problem(),
                        entry.nextTry()
                                .map(Instant::toString)
                                .map(context::time)
                                .orElse("")));
        context.output().listing(listing.build(), app + " has no domains");
        return 0;
    }

    /** Same as {@code ssl}. */
    @Command(name = "list", description = "List an app's certificates: domain, issuer, days left, source.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new SslCommand(context).call();
        }
    }
}
