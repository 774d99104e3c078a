package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.progress.OperationListener;

/** Shows a running operation; closed when it has ended, well or not. */
public interface Progress extends OperationListener, AutoCloseable {
    /** Shows what the command waits for, if nothing happens within a second. */
    default void waiting(String what) {}

    /** Stops drawing, for example during a question, until the returned pause is closed. */
    default Pause pause() {
        return () -> {};
    }

    @Override
    void close();

    /** A pause in drawing. */
    interface Pause extends AutoCloseable {
        @Override
        void close();
    }
}
