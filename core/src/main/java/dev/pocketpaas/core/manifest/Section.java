package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A mapping with keys of ours. Whatever is wrong with single values, the section is made of those that are right, so that rules across keys are
 * checked in the same go.
 */
record Section<T>(String label, List<Key<?>> keys, Maker<T> maker) implements ValueType<T> {
    Section {
        keys = List.copyOf(keys);
    }

    /** From the bound values to the section's own type. */
    @FunctionalInterface
    interface Maker<T> {
        @Nullable
        T make(Values values);
    }

    @Override
    public @Nullable T bind(Node node, Problems problems) {
        if (!(node instanceof Node.Mapping mapping)) {
            problems.wrongType(node, label, null);
            return null;
        }
        // By identity: a record's own equality is made at run time, by a machinery that takes longer than all of the
        // manifest.
        Map<Key<?>, Object> bound = new IdentityHashMap<>();
        for (Node.Entry entry : mapping.entries()) {
            Optional<Key<?>> key = named(entry.key());
            if (key.isEmpty()) {
                Optional<Key<?>> meant = meant(entry.key());
                problems.report(
                        entry.position(),
                        entry.key(),
                        "unknown key " + ScalarType.quoted(entry.key()),
                        meant.map(k -> "did you mean \"" + k.name() + "\"?").orElseGet(() -> advice(entry.key())));
                // What is below a misspelt key is looked at all the same, so that one run tells everything.
                meant.ifPresent(k -> k.type().bind(entry.value(), problems));
                continue;
            }
            Object value = key.get().type().bind(entry.value(), problems);
            if (value != null) {
                bound.put(key.get(), value);
            }
        }
        return maker.make(new Values(mapping, bound, problems));
    }

    /** The names of its keys, in the order of the documentation. */
    List<String> names() {
        return keys.stream().<String>map(Key::name).toList();
    }

    private Optional<Key<?>> named(String name) {
        return keys.stream().filter(key -> key.name().equals(name)).findFirst();
    }

    /** The key that {@code word} is another word for, or a misspelling of. */
    private Optional<Key<?>> meant(String word) {
        Map<String, Key<?>> words = new LinkedHashMap<>();
        keys.forEach(key -> words.put(key.name(), key));
        keys.forEach(key -> key.alias().forEach(alias -> words.putIfAbsent(alias, key)));
        return Nearest.to(word, words.keySet()).map(words::get);
    }

    private String advice(String word) {
        for (Key<?> key : keys) {
            if (key.type() instanceof Section<?> section && section.named(word).isPresent()) {
                return "did you mean \"" + word + "\" under \"" + key.name() + "\"?";
            }
        }
        return "possible here: " + String.join(", ", names());
    }

    @Override
    public void describe(JsonGenerator out) throws IOException {
        out.writeStringField("type", "object");
        out.writeBooleanField("additionalProperties", false);
        out.writeObjectFieldStart("properties");
        for (Key<?> key : keys) {
            out.writeObjectFieldStart(key.name());
            out.writeStringField(
                    "description", key.text() + (key.unset().isEmpty() ? "" : " Without it: " + key.unset() + "."));
            key.type().describe(out);
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    /** The values that were bound, and a way to report what is wrong between them. */
    static final class Values {
        private final Node.Mapping mapping;
        private final Map<Key<?>, Object> bound;
        private final Problems problems;

        private Values(Node.Mapping mapping, Map<Key<?>, Object> bound, Problems problems) {
            this.mapping = mapping;
            this.bound = bound;
            this.problems = problems;
        }

        /** The value of {@code key}; null where the file says nothing, or something wrong. */
        @SuppressWarnings("unchecked") // A key's value was made by the key's own type.
        <V> @Nullable V get(Key<V> key) {
            return (V) bound.get(key);
        }

        <V> V get(Key<V> key, V unset) {
            V value = get(key);
            return value == null ? unset : value;
        }

        /** All of them, by key; in a map by identity. */
        Map<Key<?>, Object> all() {
            return bound;
        }

        /** Whether the file says anything about {@code key}, right or wrong. */
        boolean states(Key<?> key) {
            return mapping.get(key.name()) != null;
        }

        /** Reports something wrong with what {@code path} leads to: names of keys, and indexes of list items as text. */
        void report(String message, @Nullable String suggestion, Object... path) {
            Position at = mapping.position();
            Node node = mapping;
            for (Object step : path) {
                if (node instanceof Node.Mapping map) {
                    for (Node.Entry entry : map.entries()) {
                        if (entry.key().equals(step.toString())) {
                            at = entry.position();
                            node = entry.value();
                            break;
                        }
                    }
                } else if (node instanceof Node.Sequence list) {
                    Optional<Node> item = list.items().stream()
                            .filter(i -> i instanceof Node.Scalar s && s.text().equals(step.toString()))
                            .findFirst();
                    if (item.isPresent()) {
                        node = item.get();
                        at = node.position();
                    }
                }
            }
            List<String> steps = new ArrayList<>();
            for (Object step : path) {
                steps.add(step.toString());
            }
            problems.report(at, String.join(".", steps), message, suggestion);
        }
    }
}
