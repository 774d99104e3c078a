package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.progress.OperationListener;

/** Shows a running operation; closed when it has ended, well or not. */
public interface Progress extends OperationListener, AutoCloseable {
    /** Says what is waited for, where it takes more than a second and nothing has happened yet. */
    default void waiting(String what) {}

    /** Leaves the screen to somebody else, a question for example, until what it returns is closed. */
    default Pause pause() {
        return () -> {};
    }

    @Override
    void close();

    /** The time in which nothing is drawn. */
    interface Pause extends AutoCloseable {
        @Override
        void close();
    }
}
