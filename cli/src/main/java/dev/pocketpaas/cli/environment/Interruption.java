package dev.pocketpaas.cli.environment;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What is said when Ctrl-C ends the program in the middle of something. */
public final class Interruption {
    private final AtomicReference<Optional<String>> sentence = new AtomicReference<>(Optional.empty());

    /** While the returned scope is open, an interruption is answered with {@code text}. */
    public Scope during(String text) {
        sentence.set(Optional.of(text));
        return () -> sentence.set(Optional.empty());
    }

    /** The sentence that holds now. */
    public Optional<String> sentence() {
        return sentence.get();
    }

    /** The time in which a sentence holds. */
    @FunctionalInterface
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }
}
