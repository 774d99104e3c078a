package dev.pocketpaas.core.process;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.rules.Patterns;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The cron jobs of an app: those of its live release. */
public final class CronJobs {
    private final HostClient host;

    /** Cron jobs on {@code host}. */
    public CronJobs(HostClient host) {
        this.host = host;
    }

    /**
     * One job.
     *
     * @param name its name
     * @param schedule when it runs, as written
     * @param timezone the time zone of the schedule
     * @param command what it runs
     * @param state {@code scheduled}, {@code running}, {@code paused} or {@code stopped} (with its app)
     * @param next when it is due next, RFC 3339, empty where it is not
     * @param last its last run that has ended, if there is one
     * @param skipped when it was skipped, RFC 3339, empty where its newest run was not
     * @param whySkipped why it was
     */
    public record Job(
            String name,
            String schedule,
            String timezone,
            String command,
            String state,
            String next,
            Optional<BackgroundRun> last,
            String skipped,
            String whySkipped) {}

    /** Every job of {@code app}, by name. */
    public List<Job> list(AppName app) {
        ValueTree answer = host.query(Verb.of("show", app, "cron"));
        boolean stopped = answer.has("stopped");
        List<Job> jobs = new ArrayList<>();
        for (String name : answer.children("")) {
            ValueTree job = answer.under(name);
            if (job.size() > 0) {
                jobs.add(new Job(
                        name,
                        job.text("schedule").orElse(""),
                        job.text("timezone").orElse(""),
                        job.text("command").orElse(""),
                        state(job, stopped),
                        job.text("next").map(CronJobs::time).orElse(""),
                        job.children("last").isEmpty()
                                ? Optional.empty()
                                : Optional.of(BackgroundRun.of(job.under("last"))),
                        job.text("skipped").orElse(""),
                        job.text("why-skipped").orElse("")));
            }
        }
        return jobs;
    }

    private static String state(ValueTree job, boolean stopped) {
        if (job.has("running")) {
            return "running";
        }
        return job.has("paused-since") ? "paused" : stopped ? "stopped" : "scheduled";
    }

    private static String time(String seconds) {
        return Instant.ofEpochSecond(Long.parseLong(seconds)).toString();
    }

    /** Starts the job now. The result's fact {@code run} is the number of the run. */
    public OperationResult run(AppName app, String name, OperationListener listener) {
        return change(app, "run", name, listener);
    }

    /** Keeps the job from running until {@link #resume}; what is at work goes on. */
    public OperationResult pause(AppName app, String name, OperationListener listener) {
        return change(app, "pause", name, listener);
    }

    /** Lets the job run at its times again. */
    public OperationResult resume(AppName app, String name, OperationListener listener) {
        return change(app, "resume", name, listener);
    }

    private OperationResult change(AppName app, String what, String name, OperationListener listener) {
        return host.operate(Verb.of("cron", app, what, checked(name)), ValueTree.empty(), listener);
    }

    /** The name of a job, if it is one. */
    public static String checked(String name) {
        if (!name.matches(Patterns.JOB)) {
            throw PocketException.usage(
                    "\"" + Printable.of(name) + "\" is not the name of a cron job",
                    "\"pocketpaas cron\" lists the jobs");
        }
        return name;
    }
}
