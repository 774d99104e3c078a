package dev.pocketpaas.core.progress;

/** What a running operation says, in order. The set is closed; see docs/protocol.md for the wire form. */
public sealed interface OperationEvent {
    /** Calls the method of {@code visitor} for this event. */
    void accept(Visitor visitor);

    /**
     * A line printed by another program: a build, a release command, an app.
     *
     * @param text one line, without its end
     */
    record Output(String text) implements OperationEvent {
        @Override
        public void accept(Visitor visitor) {
            visitor.output(this);
        }
    }

    /**
     * A step of the operation began, ended, was skipped or failed.
     *
     * @param name for example {@code build}
     * @param state what happened to it
     * @param detail a few words, may be empty
     */
    record Step(String name, State state, String detail) implements OperationEvent {
        @Override
        public void accept(Visitor visitor) {
            visitor.step(this);
        }

        /** What happened to a step. */
        public enum State {
            /** It began. */
            START,
            /** It ended well. */
            DONE,
            /** There was nothing to do. */
            SKIP,
            /** It failed. */
            FAIL
        }
    }

    /**
     * How far an upload is that takes long, about once a second.
     *
     * @param step the step that it belongs to
     * @param bytes what has been sent
     * @param perSecond how many bytes a second, over the last seconds
     * @param percent how much of it is sent, of a hundred; 0 where nobody knows
     */
    record Sent(String step, long bytes, long perSecond, int percent) implements OperationEvent {
        @Override
        public void accept(Visitor visitor) {
            visitor.sent(this);
        }
    }

    /**
     * Something the user wants to know.
     *
     * @param text one sentence
     */
    record Note(String text) implements OperationEvent {
        @Override
        public void accept(Visitor visitor) {
            visitor.note(this);
        }
    }

    /**
     * Something the user should look at.
     *
     * @param text one sentence
     */
    record Warning(String text) implements OperationEvent {
        @Override
        public void accept(Visitor visitor) {
            visitor.warning(this);
        }
    }

    /**
     * Why the operation fails.
     *
     * @param cause one word, for programs
     * @param text one sentence, for people
     */
    record Failure(String cause, String text) implements OperationEvent {
        @Override
        public void accept(Visitor visitor) {
            visitor.failure(this);
        }
    }

    /**
     * What to do next.
     *
     * @param text a sentence or a command
     */
    record Hint(String text) implements OperationEvent {
        @Override
        public void accept(Visitor visitor) {
            visitor.hint(this);
        }
    }

    /**
     * A fact about the outcome.
     *
     * @param key for example {@code url}; may come more than once
     * @param value its value
     */
    record Result(String key, String value) implements OperationEvent {
        @Override
        public void accept(Visitor visitor) {
            visitor.result(this);
        }
    }

    /** One method for each kind of event. */
    interface Visitor {
        /** A line of another program. */
        void output(Output event);

        /** A step's state. */
        void step(Step event);

        /** How far an upload is. */
        default void sent(Sent event) {}

        /** A note. */
        void note(Note event);

        /** A warning. */
        void warning(Warning event);

        /** A cause of failure. */
        void failure(Failure event);

        /** What to do next. */
        void hint(Hint event);

        /** A fact about the outcome. */
        void result(Result event);
    }
}
