package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.cli.render.Numbered;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.BackgroundRun;
import dev.pocketpaas.core.process.OneOffProcesses;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas runs}. */
@Command(
        name = "runs",
        description = "List the commands that \"run --detach\" started, newest first.",
        footer = {"", "The last twenty are remembered. See their output with \"pocketpaas logs --run RUN\"."})
public final class RunsCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public RunsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        boolean json = context.options().json();
        Listing.Builder listing =
                Listing.of("run", "state", "exit", "started", "duration", "who", "release", "command", "note");
        for (OneOffProcesses.Detached one : context.ask(host -> new OneOffProcesses(host).detached(app))) {
            BackgroundRun run = one.run();
            listing.row(
                    run.number(),
                    run.result(),
                    run.exit(),
                    context.time(run.started()),
                    run.took()
                            .map(took -> json ? String.valueOf(took.toSeconds()) : CronCommand.duration(took))
                            .orElse(""),
                    run.who(),
                    Numbered.release(run.release()),
                    one.command(),
                    run.why());
        }
        context.output().listing(listing.build(), app + " has no detached runs");
        return 0;
    }

    /** Same as {@code runs}. */
    @Command(name = "list", description = "List the commands that \"run --detach\" started, newest first.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new RunsCommand(context).call();
        }
    }

    @Command(
            name = "stop",
            description = "Stop a run in the background, also one of a cron job.",
            footer = {"", "It gets the stop signal, and is killed if it does not end within the app's stop-timeout."})
    public static final class StopCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "RUN", description = "The number of the run, as \"pocketpaas runs\" shows it.")
        @Completes(Values.RUNS)
        private String run = "";

        public StopCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            String number = OneOffProcesses.checked(run);
            return context.operate(
                    "stop",
                    "run " + number + " of " + app + " is stopped",
                    (host, listener) -> new OneOffProcesses(host).stop(app, number, listener));
        }
    }
}
