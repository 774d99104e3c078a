package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.environment.Interruption;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationEvent.Step;
import dev.pocketpaas.core.progress.OperationListener;

/** Shows what happens in a move, and has Ctrl-C say what becomes of the app. */
public final class MoveListener implements OperationListener {
    /** As long as the app serves. */
    public static final String INTERRUPTED =
            "Interrupted. Run the same command again to continue, or with --abort to undo the move.";

    private final Interruption interruption;
    private final String closed;
    private final OperationListener shown;

    /** Of {@code app}, between hosts that are called so, shown by {@code shown}. */
    public MoveListener(Interruption interruption, AppName app, String from, String to, OperationListener shown) {
        this.interruption = interruption;
        this.closed =
                "Interrupted. " + app + " may be stopped now: it starts again by itself within a minute, on " + from
                        + ", or on " + to
                        + " if all of it was there. Run the same command again to continue, or with --abort to "
                        + "undo the move.";
        this.shown = shown;
        interruption.answer(INTERRUPTED);
    }

    @Override
    public void on(OperationEvent event) {
        if (event instanceof Step step) {
            if (step.name().equals("move-close") && step.state() == Step.State.START) {
                interruption.answer(closed);
            } else if (step.name().equals("move-open") && step.state() == Step.State.DONE) {
                interruption.answer(INTERRUPTED);
            }
        }
        shown.on(event);
    }

    @Override
    public void glimpse(String text) {
        shown.glimpse(text);
    }
}
