package dev.pocketpaas.cli.terminal;

import org.jline.utils.Signals;

/** Lets Ctrl-C be answered by us instead of ending the program. A class of its own, so that JLine is loaded only when it is needed. */
public final class ControlC implements AutoCloseable {
    private static final String SIGNAL = "INT";

    private final Object before;

    private ControlC(Object before) {
        this.before = before;
    }

    /** From now on {@code answer} is run at each Ctrl-C, each time on a thread of its own. */
    public static ControlC answeredBy(Runnable answer) {
        return new ControlC(Signals.register(SIGNAL, answer));
    }

    @Override
    public void close() {
        Signals.unregister(SIGNAL, before);
    }
}
