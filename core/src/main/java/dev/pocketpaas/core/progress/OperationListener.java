package dev.pocketpaas.core.progress;

/** Hears every event of an operation, in order, on the thread that runs it. */
@FunctionalInterface
public interface OperationListener {
    /** Called once for each event. */
    void on(OperationEvent event);

    /** A listener that drops everything. */
    static OperationListener silent() {
        return event -> {};
    }
}
