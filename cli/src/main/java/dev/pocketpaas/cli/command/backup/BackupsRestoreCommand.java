package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.backup.BackupId;
import dev.pocketpaas.core.backup.BackupName;
import dev.pocketpaas.core.backup.Backups;
import dev.pocketpaas.core.failure.PocketException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas backups restore}. */
@Command(
        name = "restore",
        description = "Replace a service's data or an app by a backup.",
        footer = {
            "",
            "The old data stays until all of the backup is there, and an app until it is healthy again.",
            "Example: pocketpaas backups restore 1a2b3c4d --into db2 --confirm db2"
        })
public final class BackupsRestoreCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "ID", description = "The backup.")
    @Completes(Values.NOTHING)
    private String id = "";

    @Option(names = "--into", paramLabel = "NAME", description = "Restore into this service or app.")
    @Completes(Values.SERVICES)
    private @Nullable String into;

    @Option(names = "--confirm", paramLabel = "NAME", description = "Its name, to confirm.")
    @Completes(Values.SERVICES)
    private @Nullable String confirmation;

    /** Acts through {@code context}. */
    public BackupsRestoreCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        BackupId backup = new BackupId(id);
        Optional<BackupName> target = Optional.ofNullable(into).map(BackupName::new);
        String name = target.map(BackupName::value).orElseGet(() -> subjectOf(backup));
        context.confirm("replacing the data in " + name + " by the backup " + backup, name, confirmation);
        return context.operate(
                Subject.BACKUPS,
                "restore",
                "restored into " + name,
                (host, listener) -> new Backups(host).restore(backup, target, listener));
    }

    private String subjectOf(BackupId backup) {
        return context.ask(host -> new Backups(host).list()).stream()
                .filter(one -> one.id().equals(backup.value()))
                .map(Backups.Backup::subject)
                .findFirst()
                .orElseThrow(() -> PocketException.refused(
                        "there is no backup " + backup + " in the destination", "see \"pocketpaas backups\""));
    }
}
