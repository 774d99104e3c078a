package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A section that one text can stand for, such as {@code worker: node worker.js}. */
record ShortForm<S, T>(ScalarType<S> brief, Function<S, T> make, Section<T> section) implements ValueType<T> {
    @Override
    public @Nullable T bind(Node node, Problems problems) {
        if (node instanceof Node.Mapping) {
            return section.bind(node, problems);
        }
        if (node instanceof Node.Scalar scalar && scalar.kind() != Node.Kind.NULL) {
            S value = brief.bind(node, problems);
            return value == null ? null : make.apply(value);
        }
        problems.wrongType(node, label(), null);
        return null;
    }

    @Override
    public void describe(JsonGenerator out) throws IOException {
        out.writeArrayFieldStart("anyOf");
        out.writeStartObject();
        brief.describe(out);
        out.writeEndObject();
        out.writeStartObject();
        section.describe(out);
        out.writeEndObject();
        out.writeEndArray();
    }

    @Override
    public String label() {
        return brief.label() + ", or " + section.label();
    }
}
