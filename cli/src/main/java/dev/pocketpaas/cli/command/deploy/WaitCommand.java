package dev.pocketpaas.cli.command.deploy;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.deploy.Deployments;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationFailed;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.routing.Waiting;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas wait}. */
@Command(
        name = "wait",
        description = "Wait for a deploy, for domains, or for certificates.",
        footer = {"", "Exit code 0 means that it is so, 4 that the time is over."})
public final class WaitCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final String STOPPED = "Interrupted. Nothing was changed.";

    @Override
    public Integer call() {
        throw PocketException.usage(
                "\"wait\" needs a subcommand: deploy, domain or certificate", "pocketpaas wait deploy");
    }

    /** How long to wait. */
    static final class TimeoutOption {
        private static final Pattern TIME = Pattern.compile("([0-9]{1,6})(s|m|h)");

        @Option(names = "--timeout", paramLabel = "TIME", description = "For how long (default: 10m).")
        private String text = "10m";

        Duration value() {
            Matcher time = TIME.matcher(text);
            if (!time.matches()) {
                throw PocketException.usage(
                        "\"" + Printable.of(text) + "\" is not a length of time", "write 90s, 10m or 1h");
            }
            long amount = Long.parseLong(time.group(1));
            return switch (time.group(2)) {
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
        }

        PocketException over(String what) {
            return PocketException.refused("not within " + text + ": " + what, "wait longer: --timeout TIME");
        }
    }

    /** What is still missing of the domains, a sentence for each. */
    private interface Question {
        Map<String, String> left(HostClient host, AppName app, List<Domain> domains);
    }

    private static int until(
            CommandContext context, TimeoutOption timeout, String done, List<String> names, Question question) {
        Duration longest = timeout.value();
        AppName app = context.app();
        List<Domain> domains = names.stream().map(Domain::parse).toList();
        Map<String, String> missing = context.environment().interruption().during(STOPPED, () -> {
            try (HostClient host = context.open()) {
                return new Waiting(PAUSE, System::nanoTime)
                        .until(
                                longest,
                                () -> question.left(host, app, domains),
                                sentence -> context.output().say(sentence));
            }
        });
        if (!missing.isEmpty()) {
            throw timeout.over(missing.values().iterator().next());
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("app", app.value());
        document.put("domains", domains.stream().map(Domain::value).toList());
        context.output().result(done, document);
        return 0;
    }

    /** {@code pocketpaas wait deploy}. */
    @Command(
            name = "deploy",
            description = "Wait until the running deploy of an app has ended.",
            footer = {
                "",
                "The exit code is that of the deploy, also of one that has just ended; 0 where no deploy is running, 4 when "
                        + "the time is over. The deploy continues. \"deploy --attach\" also shows what it prints.",
                "Example: pocketpaas wait deploy --timeout 20m"
            })
    public static final class DeployWait implements Callable<Integer> {
        private final CommandContext context;

        @Mixin
        private TimeoutOption timeout = new TimeoutOption();

        /** Acts through {@code context}. */
        public DeployWait(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            Duration longest = timeout.value();
            AppName app = context.app();
            return context.environment().interruption().during("Interrupted. The deploy continues on the host.", () -> {
                AtomicBoolean over = new AtomicBoolean();
                try (HostClient host = context.open()) {
                    Thread clock = clock(longest, host, over);
                    try {
                        OperationResult result =
                                new Deployments(host, context.refresh()).attach(app, OperationListener.silent());
                        context.output().ending("the deploy of " + app + " has ended", result, Duration.ZERO);
                        return 0;
                    } catch (PocketException e) {
                        if (e instanceof OperationFailed failed
                                && failed.causeWord().equals("no-deploy")) {
                            context.output().result("no deploy of " + app + " is running", Map.of("app", app.value()));
                            return 0;
                        }
                        throw over.get() ? timeout.over("the deploy of " + app + " is still running") : e;
                    } finally {
                        clock.interrupt();
                    }
                }
            });
        }

        /** Leaves the deploy when the time is over: it continues on the host. */
        private static Thread clock(Duration longest, HostClient host, AtomicBoolean over) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            Thread.sleep(longest.toMillis());
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            return;
                        }
                        over.set(true);
                        host.close();
                    },
                    "wait-clock");
            thread.setDaemon(true);
            thread.start();
            return thread;
        }
    }

    /** {@code pocketpaas wait domain}. */
    @Command(
            name = "domain",
            description = "Wait until domains of an app lead to the host.",
            footer = {
                "",
                "The host fetches a page through each name, so a CDN in front counts as leading here.",
                "Example: pocketpaas wait domain shop.example.com --timeout 1h"
            })
    public static final class DomainWait implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "DOMAIN", arity = "0..*", description = "The domains (default: all of the app).")
        private List<String> domains = List.of();

        @Mixin
        private TimeoutOption timeout = new TimeoutOption();

        /** Acts through {@code context}. */
        public DomainWait(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return until(context, timeout, "the domains lead to the host", domains, Waiting::domains);
        }
    }

    /** {@code pocketpaas wait certificate}. */
    @Command(
            name = "certificate",
            description = "Wait until domains of an app have a certificate.",
            footer = {
                "",
                "The host asks for certificates by itself, at a deploy and by its timer. \"ssl\" shows why it has none yet.",
                "Example: pocketpaas wait certificate shop.example.com"
            })
    public static final class CertificateWait implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "DOMAIN", arity = "1..*", description = "The domains.")
        private List<String> domains = List.of();

        @Mixin
        private TimeoutOption timeout = new TimeoutOption();

        /** Acts through {@code context}. */
        public CertificateWait(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return until(context, timeout, "the domains have certificates", domains, Waiting::certificates);
        }
    }
}
