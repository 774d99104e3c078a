package dev.pocketpaas.cli.environment;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** The message that is printed when Ctrl-C ends the program during an operation. */
public final class Interruption {
    private static final int INTERRUPTED = 130;

    private final AtomicReference<Optional<String>> sentence = new AtomicReference<>(Optional.empty());
    private final IntConsumer end;

    /** Ends the process when the user leaves. */
    public Interruption() {
        this(System::exit);
    }

    /** Calls {@code end} with the exit code when the user leaves. */
    public Interruption(IntConsumer end) {
        this.end = end;
    }

    /** Does {@code work}; an interruption meanwhile is answered with {@code text}. */
    public <T> T during(String text, Supplier<T> work) {
        sentence.set(Optional.of(text));
        try {
            return work.get();
        } finally {
            sentence.set(Optional.empty());
        }
    }

    /** From now on, as long as the work of {@link #during} lasts, an interruption is answered with {@code text}. */
    public void answer(String text) {
        sentence.updateAndGet(old -> old.map(any -> text));
    }

    /** The sentence that holds now. */
    public Optional<String> sentence() {
        return sentence.get();
    }

    /** Ends the program as an interruption does. */
    public void leave() {
        end.accept(INTERRUPTED);
    }
}
