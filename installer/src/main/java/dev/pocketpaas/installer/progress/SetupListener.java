package dev.pocketpaas.installer.progress;

/** Hears what setting up a host or a sandbox does. Calls come from one thread, in order. */
public interface SetupListener {
    /** A step began. */
    void started(String step, String detail);

    /** The step that began last has ended. */
    void ended(String step, StepState state, String detail);

    /** A line that another program printed. */
    void output(String line);

    /** Something worth knowing. */
    void note(String text);

    /** Something that may need the user's attention. */
    void warning(String text);

    /** Hears nothing. */
    static SetupListener silent() {
        return new SetupListener() {
            @Override
            public void started(String step, String detail) {}

            @Override
            public void ended(String step, StepState state, String detail) {}

            @Override
            public void output(String line) {}

            @Override
            public void note(String text) {}

            @Override
            public void warning(String text) {}
        };
    }
}
