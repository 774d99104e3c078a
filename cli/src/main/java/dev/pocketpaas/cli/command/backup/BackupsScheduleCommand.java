package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.backup.BackupKeep;
import dev.pocketpaas.core.backup.BackupLimit;
import dev.pocketpaas.core.backup.Backups;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas backups schedule}. */
@Command(
        name = "schedule",
        description = "Show or change when backups are made and which are kept.",
        footer = {
            "",
            "With a schedule, the newest backups are drilled on the first of each month.",
            "Example: " + "pocketpaas backups schedule 03:00 --keep 7d,4w,6m"
        })
public final class BackupsScheduleCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(arity = "0..1", paramLabel = "TIME", description = "Each day at HH:MM (UTC), or \"off\".")
    @Completes(words = {"03:00", "off"})
    private @Nullable String time;

    @Option(names = "--keep", paramLabel = "LIST", description = "Last backups of days, weeks, months (7d,4w,6m).")
    @Completes(words = {"7d,4w,6m"})
    private @Nullable String keep;

    @Option(
            names = "--limit",
            paramLabel = "SIZE",
            description = "Bytes that are uploaded in a second (2M), or \"none\".")
    @Completes(words = {"2M", "none"})
    private @Nullable String limit;

    /** Acts through {@code context}. */
    public BackupsScheduleCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (time == null && keep == null && limit == null) {
            return show();
        }
        Optional<String> chosen = Optional.ofNullable(time);
        if (time != null && !time.equals(Backups.OFF) && !time.matches(Patterns.TIME_OF_DAY)) {
            throw PocketException.usage(
                    "\"" + Printable.of(time) + "\" is not a time of the day",
                    "write it as HH:MM in UTC, for example 03:00");
        }
        Optional<BackupKeep> kept = Optional.ofNullable(keep).map(BackupKeep::parse);
        Optional<BackupLimit> limited = Optional.ofNullable(limit).map(BackupLimit::parse);
        return context.operate(
                Subject.BACKUPS,
                "change",
                "schedule changed",
                (host, listener) -> new Backups(host).schedule(chosen, kept, limited, listener));
    }

    private int show() {
        Backups.Settings settings = context.ask(host -> new Backups(host).settings());
        String when = settings.schedule().isEmpty()
                ? "Backups have no schedule."
                : "Each day at " + settings.schedule() + " UTC.";
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schedule", settings.schedule());
        document.put("keep", settings.keep().toString());
        document.put("limit", settings.limit().toString());
        String bounds = settings.limit().isNone() ? "" : " Uploads: at most " + settings.limit() + " in a second.";
        context.output().result(when + " Kept: " + settings.keep() + "." + bounds, document);
        return 0;
    }
}
