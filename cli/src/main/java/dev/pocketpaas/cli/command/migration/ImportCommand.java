package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas import}. */
@Command(
        name = "import",
        description = "Bring an app over from Compose, Kamal, Heroku or Dokku.",
        footer = {
            "",
            "Each writes pocketpaas.yml and prints what became of what. The host is changed with --apply only."
                    + " More in docs/migration.md."
        })
public final class ImportCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public ImportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Listing listing = Listing.of("from", "command")
                .row("Docker Compose", "pocketpaas import compose compose.yml")
                .row("Dokku", "pocketpaas import dokku dokku.example.com APP")
                .row("Heroku", "pocketpaas import heroku APP")
                .row("Kamal", "pocketpaas import kamal config/deploy.yml")
                .build();
        context.output().listing(listing, "");
        return 0;
    }
}
