package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.migration.DokkuExport;
import dev.pocketpaas.core.migration.DokkuImport;
import dev.pocketpaas.core.migration.ImportPlan;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.ssh.SshConnection;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas import dokku}. */
@Command(
        name = "dokku",
        description = "Write pocketpaas.yml for an app of a Dokku host.",
        footer = {
            "",
            "Asks Dokku over SSH, as the user dokku if you name no other. --from reads files instead, one for each"
                    + " question (docs/migration.md). Values of variables go to the host with --apply, never into"
                    + " pocketpaas.yml.",
            "Example: pocketpaas import dokku dokku.example.com shop"
        })
public final class ImportDokkuCommand implements Callable<Integer> {
    private static final String USER = "dokku";

    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "[USER@]HOST", description = "The Dokku host; left out with --from.")
    @Completes(Values.NOTHING)
    private String first = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "APP", description = "The app's name there.")
    @Completes(Values.NOTHING)
    private @Nullable String second;

    @Mixin
    private ExportOptions export = new ExportOptions();

    @Mixin
    private ImportOptions options = new ImportOptions();

    /** Acts through {@code context}. */
    public ImportDokkuCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Optional<Function<String, Optional<byte[]>>> files = export.files(context);
        String app = files.isPresent() && second == null ? first : String.valueOf(second == null ? "" : second);
        if (!app.matches("[a-z0-9][a-z0-9._-]{0,60}")) {
            throw PocketException.usage(
                    app.isEmpty() ? "no app given" : "\"" + Printable.of(app) + "\" is not the name of an app of Dokku",
                    "pocketpaas import dokku [USER@]HOST APP");
        }
        DokkuExport found =
                files.isPresent() ? DokkuExport.read(app, files.get()) : asked(HostAddress.parse(first), app);
        Optional<Path> dump = export.dump(context);
        ImportPlan plan = DokkuImport.plan(ImportOptions.target(context), found, dump.isPresent());
        Path directory = context.environment().workingDirectory();
        return new ImportRun(context, options, plan, directory, dump).run();
    }

    private DokkuExport asked(HostAddress address, String app) {
        HostAddress place = address.user() == null ? address.withUser(USER) : address;
        HostResolver.ResolvedHost host = new HostResolver.ResolvedHost(place, null);
        try (SshConnection connection = context.connector(host).connect(place)) {
            String program = USER.equals(place.user()) ? "" : USER + " ";
            DokkuExport found = DokkuExport.ask(connection, program, app);
            if (found.files().containsKey(DokkuExport.CONFIG)) {
                return found;
            }
            throw new PocketException(
                    ExitCode.REFUSED,
                    place + " does not say what the app " + app + " has",
                    List.of(),
                    "look whether this works: ssh " + place + " " + program + "config:export --format json " + app,
                    null);
        }
    }
}
