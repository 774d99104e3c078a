package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.migration.HerokuExport;
import dev.pocketpaas.core.migration.HerokuImport;
import dev.pocketpaas.core.migration.ImportPlan;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas import heroku}. */
@picocli.CommandLine.Command(
        name = "heroku",
        description = "Write pocketpaas.yml for an app at Heroku.",
        footer = {
            "",
            "Asks the program heroku on this machine, with your login there; --from reads what it printed: config.json,"
                    + " domains.json, buildpacks.json, formation.json, addons.json, latest.dump. Values of variables go to"
                    + " the host with --apply, never into pocketpaas.yml.",
            "Example: pocketpaas import heroku shop --apply --dump latest.dump"
        })
public final class ImportHerokuCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "APP", description = "The app's name at Heroku.")
    @Completes(Values.NOTHING)
    private String name = "";

    @Mixin
    private ExportOptions export = new ExportOptions();

    @Mixin
    private ImportOptions options = new ImportOptions();

    /** Acts through {@code context}. */
    public ImportHerokuCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9-]{0,60}")) {
            throw PocketException.usage(
                    "\"" + Printable.of(name) + "\" is not the name of an app at Heroku", "heroku apps lists them");
        }
        Function<String, Optional<byte[]>> files = export.files(context).orElse(this::asked);
        Optional<Path> dump = export.dump(context);
        ImportPlan plan =
                HerokuImport.plan(ImportOptions.target(context), HerokuExport.read(name, files), dump.isPresent());
        Path directory = context.environment().workingDirectory();
        return new ImportRun(context, options, plan, directory, dump).run();
    }

    /** What Heroku's program prints; nothing where it does not know the question. Without the variables there is no import. */
    private Optional<byte[]> asked(String file) {
        String question = HerokuExport.FILES.get(file);
        Outcome outcome = context.collaborators()
                .commands()
                .run(Command.of("heroku", String.valueOf(question), "--json", "--app", name));
        if (outcome.ok()) {
            return Optional.of(outcome.stdout().getBytes(StandardCharsets.UTF_8));
        }
        if (outcome.status() == Outcome.NOT_FOUND) {
            throw PocketException.refused(
                    "the program heroku is not on this machine",
                    "install it and log in; or pass files that it printed elsewhere: --from DIR");
        }
        if (file.equals("config.json")) {
            throw new PocketException(
                    ExitCode.REFUSED,
                    "heroku does not say what " + name + " has",
                    outcome.lastLines(5).stream().map(Printable::line).toList(),
                    "log in with \"heroku login\"; \"heroku apps\" lists your apps",
                    null);
        }
        return Optional.empty();
    }
}
