package dev.pocketpaas.cli.command.deploy;

import dev.pocketpaas.cli.environment.Interruption;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.cli.terminal.ControlC;
import dev.pocketpaas.core.deploy.Deployments;
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
 * Shows a running deploy. On a terminal Ctrl-C asks whether to detach or to cancel; without a terminal it detaches.
 */
final class WatchedDeploy {
    private static final String QUESTION =
            "The deploy continues on the host. [d]etach, [c]ancel, or Enter to keep watching: ";

    private final CommandContext context;
    private volatile AppName app;
    private final Interruption interruption;
    private final AtomicReference<Optional<String>> work = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean asking = new AtomicBoolean();
    private final Object screen = new Object();

    WatchedDeploy(CommandContext context, AppName app) {
        this.context = context;
        this.app = app;
        this.interruption = context.environment().interruption();
    }

    /** It is about {@code other}, as the host says. */
    void isOf(AppName other) {
        app = other;
    }

    /** Runs {@code operation}: a deploy, or attaching to one. */
    OperationResult run(
            HostResolver.ResolvedHost place, BiFunction<HostClient, OperationListener, OperationResult> operation) {
        return interruption.during(notBegun(), () -> {
            try (Progress progress = context.progress();
                    HostClient host = connected(progress, place)) {
                if (!context.prompts().canAsk()) {
                    return operation.apply(host, new Shown(progress));
                }
                try (ControlC ask = ControlC.answeredBy(() -> asked(host))) {
                    return operation.apply(host, new Shown(progress));
                }
            }
        });
    }

    private HostClient connected(Progress progress, HostResolver.ResolvedHost place) {
        progress.waiting("Connecting to " + place.shown());
        return context.open(place);
    }

    private void show(Progress progress, OperationEvent event) {
        if (event instanceof OperationEvent.Result result && result.key().equals("work")) {
            work.set(Optional.of(result.value()));
            interruption.answer("Detached. The deploy continues on the host." + System.lineSeparator()
                    + "  watch it:  " + again("--attach") + System.lineSeparator()
                    + "  stop it:   " + again("--cancel"));
        } else if (event instanceof OperationEvent.Step step && step.name().equals("queue")) {
            interruption.answer(
                    step.state() == OperationEvent.Step.State.START
                            ? "No longer waiting. Nothing was deployed."
                            : notBegun());
        } else if (event instanceof OperationEvent.Step step && step.name().equals("push")) {
            interruption.answer(
                    step.state() == OperationEvent.Step.State.START
                            ? "Interrupted. Nothing was deployed."
                            : notBegun());
        }
        synchronized (screen) {
            progress.on(event);
        }
    }

    /** The command for the same deploy, which may be that of a preview. */
    private String again(String option) {
        return app.equals(context.app())
                ? context.again("deploy " + option)
                : "pocketpaas deploy " + option + " --app " + app
                        + context.options()
                                .host()
                                .map(host -> " --host " + host)
                                .orElse("");
    }

    private String notBegun() {
        return "Interrupted. If the deploy has started, it continues on the host: " + again("--attach") + " shows it.";
    }

    /** Handles Ctrl-C on a terminal. A second one, or one before the deploy has started, exits at once. */
    private void asked(HostClient host) {
        if (work.get().isEmpty() || !asking.compareAndSet(false, true)) {
            interruption.leave();
            return;
        }
        String answer;
        // Output waits, so that the question stays readable.
        synchronized (screen) {
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
            // How it ends is shown by the deploy that is being watched.
            new Deployments(host, context.refresh()).cancel(app, work.get(), OperationListener.silent());
        } catch (PocketException e) {
            context.output().warn("not cancelled: " + e.what());
        }
    }

    /** Draws nothing while a question is on the screen. */
    private final class Shown implements OperationListener {
        private final Progress progress;

        Shown(Progress progress) {
            this.progress = progress;
        }

        @Override
        public void on(OperationEvent event) {
            show(progress, event);
        }

        @Override
        public void glimpse(String text) {
            synchronized (screen) {
                progress.glimpse(text);
            }
        }
    }
}
