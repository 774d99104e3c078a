package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.progress.OperationEvent;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps to itself what other programs print (a package manager's hundreds of lines), and shows the last lines of it only when a step fails.
 */
public final class StepsOnly implements Progress {
    private static final int KEPT = 30;

    private final Progress shown;
    private final Deque<OperationEvent.Output> kept = new ArrayDeque<>();

    private StepsOnly(Progress shown) {
        this.shown = shown;
    }

    /** Hands on to {@code shown} what is worth a line of its own. */
    public static Progress of(Progress shown) {
        return new StepsOnly(shown);
    }

    @Override
    public void on(OperationEvent event) {
        if (event instanceof OperationEvent.Output output) {
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
    public void close() {
        shown.close();
    }
}
