package dev.pocketpaas.core.manifest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value of a YAML or JSON file that knows where it stands. */
sealed interface Node {
    Position position();

    /** What it is, for messages. */
    String kindName();

    /** What a scalar looks like before anybody says what it should be. */
    enum Kind {
        TEXT("text"),
        INTEGER("a number"),
        DECIMAL("a number"),
        BOOLEAN("true or false"),
        NULL("nothing");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /** A scalar; {@code text} is as written, so that {@code 0123}, {@code no} and {@code 1.50} are not changed on the way. */
    record Scalar(Position position, Kind kind, String text) implements Node {
        @Override
        public String kindName() {
            return kind.label;
        }
    }

    /** A mapping; keys are unique. */
    record Mapping(Position position, List<Entry> entries) implements Node {
        public Mapping {
            entries = List.copyOf(entries);
        }

        @Nullable
        Node get(String key) {
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

    /** One key of a mapping. */
    record Entry(Position position, String key, Node value) {}

    /** A list. */
    record Sequence(Position position, List<Node> items) implements Node {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String kindName() {
            return "a list";
        }
    }
}
