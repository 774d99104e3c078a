package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.progress.OperationEvent;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Shows what other programs print (a package manager's hundreds of lines) only in passing, and its last lines when a step fails.
 */
public final class StepsOnly implements Progress {
    private static final int KEPT = 30;

    private final Progress shown;
    private final Deque<OperationEvent.Output> kept = new ArrayDeque<>();

    private StepsOnly(Progress shown) {
        this.shown = shown;
    }

    /** Forwards events to {@code shown}, without output lines. */
    public static Progress of(Progress shown) {
        return new StepsOnly(shown);
    }

    @Override
    public void on(OperationEvent event) {
        if (event instanceof OperationEvent.Output output) {
            shown.glimpse(output.text());
            kept.add(output);
            if (kept.size() > KEPT) {
                kept.remove();
            }
            return;
        }
        if (event instanceof OperationEvent.Step step) {
            if (step.state() == OperationEvent.Step.State.FAIL) {
                kept.forEach(shown::on);
            }
            kept.clear();
        }
        shown.on(event);
    }

    @Override
    public void glimpse(String text) {
        shown.glimpse(text);
    }

    @Override
    public void waiting(String what) {
        shown.waiting(what);
    }

    @Override
    public Pause pause() {
        return shown.pause();
    }

    @Override
    public void close() {
        shown.close();
    }
}
