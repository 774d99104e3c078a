package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.LogDrains;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas logs drain}. */
@Command(name = "drain", description = "List where an app's logs are sent, and how much waits or was lost.")
public final class LogsDrainCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public LogsDrainCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Listing.Builder listing = Listing.of("number", "target", "waiting", "lost", "added", "by");
        context.ask(host -> new LogDrains(host).list(app))
                .forEach(drain -> listing.row(
                        drain.number(),
                        drain.target(),
                        drain.waiting(),
                        drain.lost(),
                        context.time(drain.when()),
                        drain.who()));
        context.output().listing(listing.build(), "The logs of " + app + " stay on the host.");
        return 0;
    }

    /** Same as {@code logs drain}. */
    @Command(name = "list", description = "List where an app's logs are sent, and how much waits or was lost.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new LogsDrainCommand(context).call();
        }
    }

    /** {@code pocketpaas logs drain add}. */
    @Command(
            name = "add",
            description = "Send an app's logs to a log service, too, from now on.",
            footer = {
                "",
                "The host's rsyslog sends them (it is installed if it is missing) and keeps up to 100 MB on the disk while the "
                        + "target is away. With TLS the target's certificate must be valid for its name.",
                "Example: pocketpaas logs drain add syslog+tls://logs.example.com:6514"
            })
    public static final class AddCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(
                paramLabel = "TARGET",
                description = "syslog+tls://HOST:PORT, or syslog+tcp://HOST:PORT (not encrypted).")
        private String target = "";

        /** Acts through {@code context}. */
        public AddCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            LogDrains.checked(target);
            AppName app = context.app();
            return context.operate(
                    "change",
                    "the logs of " + app + " are sent to " + target,
                    (host, listener) -> new LogDrains(host).add(app, target, listener));
        }
    }

    /** {@code pocketpaas logs drain remove}. */
    @Command(name = "remove", description = "No longer send an app's logs there; lines that wait are dropped.")
    public static final class RemoveCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "TARGET", description = "The target, or its number.")
        @Completes(Values.NOTHING)
        private String target = "";

        /** Acts through {@code context}. */
        public RemoveCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            return context.operate(
                    "change",
                    "the logs of " + app + " are no longer sent there",
                    (host, listener) -> new LogDrains(host).remove(app, target, listener));
        }
    }
}
