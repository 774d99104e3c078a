package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.app.Apps;
import dev.pocketpaas.core.backup.BackupId;
import dev.pocketpaas.core.backup.BackupName;
import dev.pocketpaas.core.backup.Backups;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
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
            "Files that an app which was destroyed has left in a volume are replaced only with --confirm.",
            "A backup of a service replaces the data of all apps in it; with --app those of that app alone.",
            "An app whose data cannot be restored keeps no other one from theirs; it is told whose are which.",
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
        BackupId id = new BackupId(this.id);
        Optional<BackupName> target = Optional.ofNullable(into).map(BackupName::new);
        // The app of the project is not meant: a backup of a service is of all apps in it.
        Optional<AppName> only = context.options().app().map(AppName::parse);
        Backups.Backup backup = found(id);
        String name = target.map(BackupName::value).orElse(backup.subject());
        refuseOtherApp(backup, name, only);
        // Of an app that is gone nothing is replaced but what it may have left, which the host knows.
        boolean confirmed = confirmation != null || !backup.isOfApp() || isThere(name);
        if (confirmed) {
            context.confirm(act(backup, name, only), name, confirmation);
        }
        // What was confirmed is replaced, whatever gets another name meanwhile.
        Optional<BackupName> named = Optional.of(new BackupName(name));
        Optional<BackupName> into = backup.isOfApp() ? named : target;
        Optional<BackupName> replaced = confirmed && backup.isOfApp() ? named : Optional.empty();
        return context.operate(
                Subject.BACKUPS,
                "restore",
                "restored into " + name,
                (host, listener) -> new Backups(host).restore(id, into, only, replaced, listener));
    }

    private boolean isThere(String app) {
        return context.ask(host -> new Apps(host).list()).stream()
                .anyMatch(one -> one.name().equals(app));
    }

    private Backups.Backup found(BackupId id) {
        Backups.Backup backup = context.ask(host -> new Backups(host).list()).stream()
                .filter(one -> one.id().equals(id.value()))
                .findFirst()
                .orElseThrow(() -> PocketException.refused(
                        "there is no backup " + id + " in the destination", "see \"pocketpaas backups\""));
        if (!backup.isOfApp() && !backup.isOfService()) {
            throw PocketException.refused(
                    id + " is a backup of a host", "a whole host: pocketpaas host restore HOST --from DESTINATION");
        }
        return backup;
    }

    private static void refuseOtherApp(Backups.Backup backup, String name, Optional<AppName> only) {
        if (backup.isOfApp() && only.isPresent() && !only.get().value().equals(name)) {
            throw PocketException.refused(
                    backup.id() + " is a backup of the app " + backup.subject() + ", which --app does not name",
                    "to restore it as " + only.get() + ": --into " + only.get());
        }
    }

    /** Says whose data are replaced: a service may hold those of several apps. */
    private static String act(Backups.Backup backup, String name, Optional<AppName> only) {
        if (backup.isOfApp()) {
            return "replacing the app " + name + " by the backup " + backup.id();
        }
        String apps = only.map(AppName::value).orElse(String.join(" and ", backup.now()));
        return "replacing the data of " + apps + " in " + name + " by the backup " + backup.id();
    }
}
