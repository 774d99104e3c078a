package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What the value of a key may be: reads it, and describes itself for editors and readers. */
interface ValueType<T> {
    /** The value in {@code node}; null when it is wrong, which has then been reported. */
    @Nullable
    T bind(Node node, Problems problems);

    /** Writes the fields of its JSON Schema into the object that is open. */
    void describe(JsonGenerator out) throws IOException;

    /** What it is in a few words, such as {@code a duration}. */
    String label();
}
