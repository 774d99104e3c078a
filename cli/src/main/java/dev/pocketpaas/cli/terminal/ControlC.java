package dev.pocketpaas.cli.terminal;

import org.jline.utils.Signals;

/** Handles Ctrl-C instead of ending the program. A separate class, so that JLine is loaded only when needed. */
public final class ControlC implements AutoCloseable {
    private static final String SIGNAL = "INT";

    private final Object before;

    private ControlC(Object before) {
        this.before = before;
    }

    /** Runs {@code answer} at each Ctrl-C, on a new thread each time. */
    public static ControlC answeredBy(Runnable answer) {
        return new ControlC(Signals.register(SIGNAL, answer));
    }

    @Override
    public void close() {
        Signals.unregister(SIGNAL, before);
    }
}
