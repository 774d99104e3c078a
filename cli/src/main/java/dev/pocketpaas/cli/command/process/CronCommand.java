package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.cli.render.StepTimes;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.BackgroundRun;
import dev.pocketpaas.core.process.CronJobs;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas cron}. */
@Command(
        name = "cron",
        description = "List the cron jobs of an app: next run, last run, result.",
        footer = {"", "Jobs are in the section cron of pocketpaas.yml; a deploy puts them into effect."})
public final class CronCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public CronCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        boolean json = context.options().json();
        Listing.Builder listing = Listing.of(
                "name",
                "schedule",
                "timezone",
                "state",
                "next",
                "last",
                "result",
                "exit",
                "duration",
                "run",
                "note",
                "command");
        for (CronJobs.Job job : context.ask(host -> new CronJobs(host).list(app))) {
            Optional<BackgroundRun> last = job.last();
            listing.row(
                    job.name(),
                    job.schedule(),
                    json || !job.timezone().equals("UTC") ? job.timezone() : "",
                    job.state(),
                    context.coming(job.next()),
                    context.time(last.map(BackgroundRun::started).orElse("")),
                    last.map(BackgroundRun::result).orElse(""),
                    last.map(BackgroundRun::exit).orElse(""),
                    last.flatMap(BackgroundRun::took)
                            .map(took -> json ? String.valueOf(took.toSeconds()) : duration(took))
                            .orElse(""),
                    json ? last.map(BackgroundRun::number).orElse("") : "",
                    note(job),
                    json ? job.command() : "");
        }
        context.output().listing(listing.build(), app + " has no cron jobs. Add them to pocketpaas.yml and deploy.");
        return 0;
    }

    private String note(CronJobs.Job job) {
        return job.skipped().isEmpty()
                ? job.last().map(BackgroundRun::why).orElse("")
                : "skipped " + context.time(job.skipped()) + ": " + job.whySkipped();
    }

    static String duration(Duration took) {
        return StepTimes.text(took);
    }

    /** Same as {@code cron}. */
    @Command(name = "list", description = "List the cron jobs of an app: next run, last run, result.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new CronCommand(context).call();
        }
    }

    @Command(
            name = "run",
            description = "Run a cron job now, in the background.",
            footer = {"", "Example: pocketpaas cron run nightly && pocketpaas logs -f --cron nightly"})
    public static final class RunNowCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "JOB", description = "The name of the job.")
        @Completes(Values.JOBS)
        private String job = "";

        public RunNowCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            String name = CronJobs.checked(job);
            return context.operate(
                    "start",
                    name + " of " + app + " started; see its output with \"" + context.again("logs -f --cron " + name)
                            + "\"",
                    (host, listener) -> new CronJobs(host).run(app, name, listener));
        }
    }

    @Command(
            name = "pause",
            description = "Stop running a cron job at its times.",
            footer = {"", "A run that is at work continues. A deploy does not resume the job."})
    public static final class PauseCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "JOB", description = "The name of the job.")
        @Completes(Values.JOBS)
        private String job = "";

        public PauseCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            String name = CronJobs.checked(job);
            return context.operate(
                    "change",
                    name + " of " + app + " is paused",
                    (host, listener) -> new CronJobs(host).pause(app, name, listener));
        }
    }

    @Command(name = "resume", description = "Run a paused cron job at its times again.")
    public static final class ResumeCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "JOB", description = "The name of the job.")
        @Completes(Values.JOBS)
        private String job = "";

        public ResumeCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            String name = CronJobs.checked(job);
            return context.operate(
                    "change",
                    name + " of " + app + " runs at its times again",
                    (host, listener) -> new CronJobs(host).resume(app, name, listener));
        }
    }
}
