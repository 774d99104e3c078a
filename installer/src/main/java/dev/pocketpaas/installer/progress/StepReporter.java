package dev.pocketpaas.installer.progress;

import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationEvent.Note;
import dev.pocketpaas.core.progress.OperationEvent.Output;
import dev.pocketpaas.core.progress.OperationEvent.Step;
import dev.pocketpaas.core.progress.OperationEvent.Warning;
import dev.pocketpaas.core.progress.OperationListener;

/** Says what happens on this machine with the same events that a host sends. */
public final class StepReporter {
    private final OperationListener listener;

    /** Reports to {@code listener}. */
    public StepReporter(OperationListener listener) {
        this.listener = listener;
    }

    /** Whoever hears it all. */
    public OperationListener listener() {
        return listener;
    }

    /** A step began. */
    public void started(String step, String detail) {
        on(new Step(step, Step.State.START, detail));
    }

    /** The step ended well. */
    public void done(String step, String detail) {
        on(new Step(step, Step.State.DONE, detail));
    }

    /** Nothing was to do, or the step does not apply. */
    public void skipped(String step, String detail) {
        on(new Step(step, Step.State.SKIP, detail));
    }

    /** The step failed. */
    public void failed(String step, String detail) {
        on(new Step(step, Step.State.FAIL, detail));
    }

    /** A line that another program printed. */
    public void output(String line) {
        on(new Output(line));
    }

    /** Something worth knowing. */
    public void note(String text) {
        on(new Note(text));
    }

    /** Something to look at. */
    public void warning(String text) {
        on(new Warning(text));
    }

    private void on(OperationEvent event) {
        listener.on(event);
    }
}
