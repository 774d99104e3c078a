package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.backup.BackupName;
import dev.pocketpaas.core.backup.Backups;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas backups create}. */
@Command(
        name = "create",
        description = "Back up the host, its apps and services now.",
        footer = {"", "A backup counts only when it was checked and stored. Old ones go only after that."})
public final class BackupsCreateCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "Services and apps (default: all, and the host).")
    @Completes(Values.SERVICES)
    private List<String> names = List.of();

    /** Acts through {@code context}. */
    public BackupsCreateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<BackupName> wanted = wanted(context, "create", names);
        return context.operate(
                Subject.BACKUPS, "backup", "backed up", (host, listener) -> new Backups(host).create(wanted, listener));
    }

    /** Apps and services are named alike: {@code --app} would be taken for all that belongs to one. */
    private static List<BackupName> wanted(CommandContext context, String command, List<String> names) {
        context.options().app().ifPresent(app -> {
            throw PocketException.usage(
                    "--app does not choose what \"backups " + command + "\" is about",
                    "name the app: pocketpaas backups " + command + " " + Printable.of(app));
        });
        return names.stream().map(BackupName::new).toList();
    }

    /** {@code pocketpaas backups drill}. */
    @Command(
            name = "drill",
            description = "Restore the newest backups for a trial and compare the data.",
            footer = {
                "",
                "A service is restored into a server without network, an app into a directory. Each is compared with what "
                        + "was noted when it was made, and removed again. With a schedule, this happens on the first of "
                        + "each month."
            })
    public static final class DrillCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(
                arity = "0..*",
                paramLabel = "NAME",
                description = "Services and apps (default: all with a backup).")
        @Completes(Values.SERVICES)
        private List<String> names = List.of();

        /** Acts through {@code context}. */
        public DrillCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            List<BackupName> wanted = wanted(context, "drill", names);
            return context.operate(
                    Subject.BACKUPS,
                    "drill",
                    "restored for a trial, and as noted",
                    (host, listener) -> new Backups(host).drill(wanted, listener));
        }
    }
}
