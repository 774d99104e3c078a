package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.backup.BackupId;
import dev.pocketpaas.core.backup.Backups;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.ServiceName;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas backups restore}. */
@Command(
        name = "restore",
        description = "Replace the data of a service by a backup.",
        footer = {
            "",
            "The old data stays until all of the backup is there.",
            "Example: pocketpaas backups restore 1a2b3c4d --into db2 --confirm db2"
        })
public final class BackupsRestoreCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "ID", description = "The backup.")
    @Completes(Values.NOTHING)
    private String id = "";

    @Option(names = "--into", paramLabel = "NAME", description = "Restore into this service of the same type.")
    @Completes(Values.SERVICES)
    private @Nullable String into;

    @Option(names = "--confirm", paramLabel = "NAME", description = "The service's name, to confirm.")
    @Completes(Values.SERVICES)
    private @Nullable String confirmation;

    /** Acts through {@code context}. */
    public BackupsRestoreCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        BackupId backup = new BackupId(id);
        Optional<ServiceName> target = Optional.ofNullable(into).map(ServiceName::new);
        String service = target.map(ServiceName::value).orElseGet(() -> serviceOf(backup));
        context.confirm("replacing the data in " + service + " by the backup " + backup, service, confirmation);
        return context.operate(
                "restore",
                "restored into " + service,
                (host, listener) -> new Backups(host).restore(backup, target, listener));
    }

    private String serviceOf(BackupId backup) {
        return context.ask(host -> new Backups(host).list()).stream()
                .filter(one -> one.id().equals(backup.value()))
                .map(Backups.Backup::service)
                .findFirst()
                .orElseThrow(() -> PocketException.refused(
                        "there is no backup " + backup + " in the destination", "see \"pocketpaas backups\""));
    }
}
