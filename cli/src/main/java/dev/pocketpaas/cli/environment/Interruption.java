package dev.pocketpaas.cli.environment;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** What is said when Ctrl-C ends the program in the middle of something. */
public final class Interruption {
    private final AtomicReference<Optional<String>> sentence = new AtomicReference<>(Optional.empty());

    /** Does {@code work}; an interruption meanwhile is answered with {@code text}. */
    public <T> T during(String text, Supplier<T> work) {
        sentence.set(Optional.of(text));
        try {
            return work.get();
        } finally {
            sentence.set(Optional.empty());
        }
    }

    /** The sentence that holds now. */
    public Optional<String> sentence() {
        return sentence.get();
    }
}
