package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A list whose items differ. */
record ListType<T>(String label, ScalarType<T> item) implements ValueType<List<T>> {
    @Override
    public @Nullable List<T> bind(Node node, Problems problems) {
        if (!(node instanceof Node.Sequence sequence)) {
            problems.wrongType(node, label, "write [one, two], or one \"- item\" a line");
            return null;
        }
        Set<T> values = new LinkedHashSet<>();
        for (Node each : sequence.items()) {
            T value = item.bind(each, problems);
            if (value != null && !values.add(value)) {
                problems.report(
                        each.position(),
                        String.valueOf(value),
                        ScalarType.quoted(String.valueOf(value)) + " is in this list twice",
                        "remove one");
            }
        }
        return new ArrayList<>(values);
    }

    @Override
    public void describe(JsonGenerator out) throws IOException {
        out.writeStringField("type", "array");
        out.writeBooleanField("uniqueItems", true);
        out.writeObjectFieldStart("items");
        item.describe(out);
        out.writeEndObject();
    }
}
