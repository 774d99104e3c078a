package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.process.DrainTarget;
import dev.pocketpaas.core.process.LogDrains;
import dev.pocketpaas.core.rules.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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
        Listing.Builder listing = Listing.of("number", "target", "format", "waiting", "lost", "problem", "added", "by");
        context.ask(host -> new LogDrains(host).list(app))
                .forEach(drain -> listing.row(
                        drain.number(),
                        drain.target(),
                        drain.format(),
                        drain.waiting(),
                        drain.lost(),
                        problem(drain),
                        context.time(drain.when()),
                        drain.who()));
        context.output().listing(listing.build(), "The logs of " + app + " stay on the host.");
        return 0;
    }

    private String problem(LogDrains.Drain drain) {
        // A machine that could not be asked has a problem without a beginning.
        return drain.since().isEmpty() ? drain.problem() : drain.problem() + ", since " + context.time(drain.since());
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
                "In a cluster each machine sends what runs there.",
                "An HTTPS address may hold a secret: with - as TARGET it is asked for, or read from standard input. One "
                        + "with a login (https://USER:PASSWORD@HOST/) is taken only this way.",
                "Example: pocketpaas logs drain add syslog+tls://logs.example.com:6514",
                "Example: pocketpaas logs drain add - --header-file headers.txt <address.txt"
            })
    public static final class AddCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(
                paramLabel = "TARGET",
                description = "syslog+tls://HOST:PORT, https://..., or syslog+tcp://HOST:PORT.")
        private String target = "";

        @Option(
                names = "--format",
                paramLabel = "logplex|json",
                description = "Of HTTPS: as Heroku's drains (the default), or as objects.")
        private String format = "";

        @Option(
                names = "--header-file",
                paramLabel = "FILE",
                description = "Of HTTPS: more headers, a line \"Name: value\" each.")
        private @Nullable String headerFile;

        /** Acts through {@code context}. */
        public AddCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            boolean typed = target.equals("-");
            DrainTarget to = DrainTarget.parse(typed ? address() : target);
            if (to.hasLogin() && !typed) {
                throw PocketException.usage(
                        "an address with a password is not taken as an argument, which others can see",
                        "pass it on standard input: pocketpaas logs drain add - <FILE");
            }
            if (!to.isHttps() && (!format.isEmpty() || headerFile != null)) {
                throw PocketException.usage("--format and --header-file are for https:// alone", "leave them out");
            }
            if (!format.isEmpty() && !Words.DRAIN_FORMATS.contains(format)) {
                throw PocketException.usage(
                        "there is no format " + Printable.of(format),
                        "write one of " + String.join(", ", Words.DRAIN_FORMATS));
            }
            String headers = headerFile == null ? "" : DrainTarget.headers(read(headerFile));
            AppName app = context.app();
            return context.operate(
                    "change",
                    "the logs of " + app + " are sent to " + to,
                    (host, listener) -> new LogDrains(host).add(app, to, format, headers, listener));
        }

        private String address() {
            if (context.prompts().canAsk()) {
                return new String(
                        context.prompts().secret("Address (not shown): ").orElse(new char[0]));
            }
            try {
                return new String(context.environment().stdin().readAllBytes(), StandardCharsets.UTF_8).strip();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private String read(String file) {
            try {
                return Files.readString(context.environment().resolve(file));
            } catch (IOException e) {
                throw PocketException.usage(
                        "cannot read " + Printable.of(file) + ": "
                                + e.getClass().getSimpleName(),
                        "check --header-file");
            }
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
