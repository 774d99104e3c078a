package dev.pocketpaas.core.manifest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value of a YAML or JSON file that knows where it stands. */
public sealed interface Node {
    /** Where it stands. */
    Position position();

    /** What it is, for messages. */
    String kindName();

    /** What a scalar looks like before anybody says what it should be. */
    enum Kind {
        /** Text, quoted or not. */
        TEXT("text"),
        /** A whole number. */
        INTEGER("a number"),
        /** Another number. */
        DECIMAL("a number"),
        /** A switch. */
        BOOLEAN("true or false"),
        /** A key with nothing after it. */
        NULL("nothing");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /**
     * A scalar.
     *
     * @param position where it stands
     * @param kind what it looks like
     * @param text as written, so that {@code 0123}, {@code no} and {@code 1.50} are not changed on the way
     */
    record Scalar(Position position, Kind kind, String text) implements Node {
        @Override
        public String kindName() {
            return kind.label;
        }
    }

    /**
     * A mapping.
     *
     * @param position where it stands
     * @param entries its keys, each once, in the order of the file
     */
    record Mapping(Position position, List<Entry> entries) implements Node {
        /** Copies its entries. */
        public Mapping {
            entries = List.copyOf(entries);
        }

        /** The value of {@code key}, or null. */
        public @Nullable Node get(String key) {
            for (Entry entry : entries) {
                if (entry.key().equals(key)) {
                    return entry.value();
                }
            }
            return null;
        }

        @Override
        public String kindName() {
            return "a mapping";
        }
    }

    /**
     * One key of a mapping.
     *
     * @param position where the key stands
     * @param key the key
     * @param value its value
     */
    record Entry(Position position, String key, Node value) {}

    /**
     * A list.
     *
     * @param position where it stands
     * @param items its items
     */
    record Sequence(Position position, List<Node> items) implements Node {
        /** Copies its items. */
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String kindName() {
            return "a list";
        }
    }
}
