package dev.pocketpaas.core.host;

import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;

/** Hears what a host answered, beside the caller who asked. */
public interface Answers {
    /** Hears nothing. */
    Answers NONE = new Answers() {
        @Override
        public void answered(Verb verb, ValueTree answer) {}

        @Override
        public void done(Verb verb, ValueTree input, OperationResult result) {}
    };

    /** A query was answered with {@code answer}. */
    void answered(Verb verb, ValueTree answer);

    /** An operation that was given {@code input} ended well with {@code result}. */
    void done(Verb verb, ValueTree input, OperationResult result);
}
