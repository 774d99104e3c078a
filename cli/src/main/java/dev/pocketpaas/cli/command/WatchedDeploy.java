package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Interruption;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.cli.terminal.ControlC;
import dev.pocketpaas.core.app.Deployments;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;

/**
 * Shows a deploy that goes on whether or not somebody looks. On a terminal Ctrl-C asks what is meant: to look away, or to stop it; where nobody can be
 * asked it only looks away.
 */
final class WatchedDeploy {
    private static final String QUESTION =
            "The deploy goes on on the host. [d]etach, [c]ancel it, or Enter to go on watching: ";

    private final CommandContext context;
    private final AppName app;
    private final Interruption interruption;
    private final AtomicReference<Optional<String>> work = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean asking = new AtomicBoolean();
    private final Object screen = new Object();

    WatchedDeploy(CommandContext context, AppName app) {
        this.context = context;
        this.app = app;
        this.interruption = context.environment().interruption();
    }

    /** Runs {@code operation}, which is a deploy or the view of one. */
    OperationResult run(Hosts.Place place, BiFunction<HostClient, OperationListener, OperationResult> operation) {
        return interruption.during(notBegun(), () -> {
            try (HostClient host = context.open(place);
                    Progress progress = context.progress()) {
                if (!context.prompts().canAsk()) {
                    return operation.apply(host, event -> show(progress, event));
                }
                try (ControlC ask = ControlC.answeredBy(() -> asked(host))) {
                    return operation.apply(host, event -> show(progress, event));
                }
            }
        });
    }

    private void show(Progress progress, OperationEvent event) {
        if (event instanceof OperationEvent.Result result && result.key().equals("work")) {
            work.set(Optional.of(result.value()));
            interruption.answer("detached; the deploy goes on on the host" + System.lineSeparator()
                    + "  watch it:  " + context.again("deploy --attach") + System.lineSeparator()
                    + "  stop it:   " + context.again("deploy --cancel"));
        } else if (event instanceof OperationEvent.Step step && step.name().equals("queue")) {
            interruption.answer(
                    step.state() == OperationEvent.Step.State.START
                            ? "left the line; nothing was deployed"
                            : notBegun());
        }
        synchronized (screen) {
            progress.on(event);
        }
    }

    private String notBegun() {
        return "interrupted here; if the deploy has begun, it goes on on the host: " + context.again("deploy --attach")
                + " shows it";
    }

    /** The answer to Ctrl-C on a terminal. A second one while it asks, or one before anything has begun, leaves at once. */
    private void asked(HostClient host) {
        if (work.get().isEmpty() || !asking.compareAndSet(false, true)) {
            interruption.leave();
            return;
        }
        String answer;
        // What comes meanwhile waits, so that the question stays readable.
        synchronized (screen) {
            context.output().beside("");
            answer = context.prompts().line(QUESTION).orElse("d").toLowerCase(Locale.ROOT);
        }
        asking.set(false);
        if (answer.startsWith("d")) {
            interruption.leave();
        } else if (answer.startsWith("c")) {
            cancel(host);
        }
    }

    private void cancel(HostClient host) {
        try {
            // How it ends is seen by whoever watches it.
            new Deployments(host, context.programs()).cancel(app, work.get(), OperationListener.silent());
        } catch (PocketException e) {
            context.output().warn("not cancelled: " + e.what());
        }
    }
}
