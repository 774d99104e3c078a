package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Bytes;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.backup.Backups;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas backups}. */
@Command(
        name = "backups",
        description = "List the backups of a host, its apps and services.",
        footer = {"", "Example: pocketpaas backups destination /mnt/backups && pocketpaas backups create"})
public final class BackupsCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public BackupsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return list(context);
    }

    private static int list(CommandContext context) {
        boolean exact = context.options().json();
        Listing.Builder listing =
                Listing.of("id", "service", "type", "version", "apps", "created", "size", "drilled", "drill", "host");
        for (Backups.Backup backup : context.ask(host -> new Backups(host).list())) {
            listing.row(
                    backup.id(),
                    backup.service(),
                    backup.type().isEmpty() ? backup.kind() : backup.type(),
                    backup.version(),
                    String.join(" ", backup.apps()),
                    context.time(backup.at()),
                    exact ? backup.size() : Bytes.text(backup.size()),
                    backup.drilled().isEmpty() ? "" : context.time(backup.drilled()),
                    backup.drill(),
                    backup.host());
        }
        context.output()
                .listing(listing.build(), "There are no backups yet. Run \"pocketpaas backups create\" to make one.");
        return 0;
    }

    /** Same as {@code backups}. */
    @Command(name = "list", description = "List the backups of a host, its apps and services.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        /** Acts through {@code context}. */
        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return list(context);
        }
    }
}
