package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.LogLines;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.name.ReleaseNumber;
import dev.pocketpaas.core.process.CronJobs;
import dev.pocketpaas.core.process.Logs;
import dev.pocketpaas.core.process.OneOffProcesses;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pocketpaas logs}. */
@Command(
        name = "logs",
        description = "Show the logs of an app, earlier releases included.",
        footer = {"", "Requests that nginx could not serve are among the lines, with the reason and what to do."})
public final class LogsCommand implements Callable<Integer> {
    private static final int FEW = 100;
    private static final int MANY = 10_000_000;

    private final CommandContext context;

    @Option(
            names = {"-f", "--follow"},
            description = "Follow new lines; Ctrl-C stops.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "Number of past lines (default: 100; all with --since).")
    private @Nullable Integer lines;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only lines since then: 10m, 2h, 3d, or 2026-11-22T10:00:00Z.")
    private @Nullable String since;

    @Option(names = "--type", paramLabel = "TYPE", description = "Only this process type.")
    private @Nullable String type;

    @Option(names = "--release", paramLabel = "RELEASE", description = "Only this release, for example v12.")
    private @Nullable String release;

    @Option(names = "--cron", paramLabel = "JOB", description = "Only this cron job.")
    @Completes(Values.JOBS)
    private @Nullable String cron;

    @Option(names = "--run", paramLabel = "RUN", description = "Only this run of \"run --detach\" or of a cron job.")
    @Completes(Values.RUNS)
    private @Nullable String run;

    @Option(names = "--access", description = "Show nginx's access log instead.")
    private boolean access;

    /** Acts through {@code context}. */
    public LogsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (access && (since != null || type != null || release != null || cron != null || run != null)) {
            throw PocketException.usage(
                    "--access cannot be combined with --since, --type, --release, --cron or --run",
                    "use it with --lines or --follow");
        }
        if (cron != null && type != null) {
            throw PocketException.usage("--cron and --type cannot be combined", "leave one of them out");
        }
        if (lines != null && lines < 0) {
            throw PocketException.usage(lines + " is not a number of lines", "pass 0 or more, for example -n 50");
        }
        Logs.Query query = new Logs.Query(
                lines == null ? since == null ? FEW : MANY : Math.max(0, Math.min(lines, MANY)),
                follow,
                Optional.ofNullable(since)
                        .map(text -> Since.parse(text, context.environment().clock())),
                Optional.ofNullable(type).map(ProcessType::new),
                Optional.ofNullable(release).map(ReleaseNumber::parse),
                Optional.ofNullable(cron).map(CronJobs::checked),
                Optional.ofNullable(run).map(OneOffProcesses::checked),
                access);
        AppName app = context.app();
        LogLines.print(
                context.output(),
                each -> context.ask(host -> {
                    new Logs(host).read(app, query, each);
                    return 0;
                }));
        return 0;
    }
}
