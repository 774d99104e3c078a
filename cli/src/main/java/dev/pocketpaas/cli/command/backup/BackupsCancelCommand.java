package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.backup.Backups;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas backups cancel}. */
@Command(name = "cancel", description = "Stop the backup, restore or drill that is at work on a host.")
public final class BackupsCancelCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public BackupsCancelCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return context.operate(
                Subject.BACKUPS,
                "end",
                "stopped; what had not come yet is as it was",
                (host, listener) -> new Backups(host).cancel(listener));
    }
}
