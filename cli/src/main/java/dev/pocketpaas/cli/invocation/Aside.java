package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.cli.render.Output;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;

/** Says on standard error what happens beside a query, which has no progress of its own. */
final class Aside implements OperationListener {
    private final Output output;

    Aside(Output output) {
        this.output = output;
    }

    @Override
    public void on(OperationEvent event) {
        if (event instanceof OperationEvent.Note note) {
            output.say("note: " + note.text());
        } else if (event instanceof OperationEvent.Warning warning) {
            output.warn(warning.text());
        }
    }
}
