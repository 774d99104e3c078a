package dev.pocketpaas.core.progress;

/** Hears every event of an operation, in order, on the thread that runs it. */
@FunctionalInterface
public interface OperationListener {
    /** Called once for each event. */
    void on(OperationEvent event);

    /** Something that is worth a look while it happens and no line of its own: how far an upload is, for example. */
    default void glimpse(String text) {}

    /** A listener that drops everything. */
    static OperationListener silent() {
        return event -> {};
    }
}
