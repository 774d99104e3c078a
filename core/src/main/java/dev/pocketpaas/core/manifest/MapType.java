package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A mapping whose keys the user chooses. */
record MapType<K extends Comparable<K>, V>(String label, ScalarType<K> key, ValueType<V> value)
        implements ValueType<SortedMap<K, V>> {
    @Override
    public @Nullable SortedMap<K, V> bind(Node node, Problems problems) {
        if (!(node instanceof Node.Mapping mapping)) {
            problems.wrongType(node, label, null);
            return null;
        }
        SortedMap<K, V> values = new TreeMap<>();
        for (Node.Entry entry : mapping.entries()) {
            K name = key.parse(entry.position(), entry.key(), problems);
            V bound = value.bind(entry.value(), problems);
            if (name != null && bound != null) {
                values.put(name, bound);
            }
        }
        return values;
    }

    @Override
    public void describe(JsonGenerator out) throws IOException {
        out.writeStringField("type", "object");
        out.writeObjectFieldStart("propertyNames");
        key.describe(out);
        out.writeEndObject();
        out.writeObjectFieldStart("additionalProperties");
        value.describe(out);
        out.writeEndObject();
    }
}
