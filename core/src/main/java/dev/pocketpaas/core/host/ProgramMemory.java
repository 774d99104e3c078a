package dev.pocketpaas.core.host;

import java.util.Optional;

/** What a laptop remembers of one host's programs, so that it need not ask each time. May be lost or out of date. */
public interface ProgramMemory {
    /** A laptop that remembers nothing. */
    ProgramMemory NONE = new ProgramMemory() {
        @Override
        public Optional<SeenPrograms> last() {
            return Optional.empty();
        }

        @Override
        public void remember(SeenPrograms programs) {}
    };

    /** What was seen last. */
    Optional<SeenPrograms> last();

    /** Remembers what was just seen. */
    void remember(SeenPrograms programs);
}
