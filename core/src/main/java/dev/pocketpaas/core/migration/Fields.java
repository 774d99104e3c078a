package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.Node;
import dev.pocketpaas.core.name.Printable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A mapping of a foreign file. What nobody has asked for is left, so that it can be named. */
final class Fields {
    private final String file;
    private final String path;
    private final Node.Mapping mapping;
    private final Set<String> taken = new LinkedHashSet<>();

    Fields(String file, String path, Node.Mapping mapping) {
        this.file = file;
        this.path = path;
        this.mapping = mapping;
    }

    /** The whole document, which must be a mapping. */
    static Fields of(String file, Node root) {
        if (root instanceof Node.Mapping mapping) {
            return new Fields(file, "", mapping);
        }
        throw wrong(file, "", root, "a mapping");
    }

    /** No keys. */
    Fields none(String key) {
        return new Fields(file, path(key), new Node.Mapping(mapping.position(), List.of()));
    }

    /** The way to {@code key}, as people write it. */
    String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** What is at {@code key}; null for nothing. It counts as asked for. */
    @Nullable
    Node node(String key) {
        taken.add(key);
        @Nullable Node node = mapping.get(key);
        return node instanceof Node.Scalar scalar && scalar.kind() == Node.Kind.NULL ? null : node;
    }

    boolean has(String key) {
        return mapping.get(key) != null;
    }

    Optional<String> text(String key) {
        @Nullable Node node = node(key);
        return node == null ? Optional.empty() : Optional.of(text(key, node));
    }

    private String text(String key, Node node) {
        if (node instanceof Node.Scalar scalar && scalar.kind() != Node.Kind.NULL) {
            return scalar.text();
        }
        throw wrong(file, path(key), node, "text");
    }

    /** A list of texts, or a single one. */
    List<String> texts(String key) {
        @Nullable Node node = node(key);
        if (node == null) {
            return List.of();
        }
        if (node instanceof Node.Sequence sequence) {
            return sequence.items().stream().map(item -> text(key, item)).toList();
        }
        return List.of(text(key, node));
    }

    /** A list of anything, or a single one. */
    List<Node> items(String key) {
        @Nullable Node node = node(key);
        if (node == null) {
            return List.of();
        }
        if (node instanceof Node.Mapping) {
            throw wrong(key, node, "a list");
        }
        return node instanceof Node.Sequence sequence ? sequence.items() : List.of(node);
    }

    /** The mapping at {@code key}; one without keys where there is none. */
    Fields fields(String key) {
        @Nullable Node node = node(key);
        return node == null ? none(key) : fields(key, node);
    }

    Fields fields(String key, Node node) {
        if (node instanceof Node.Mapping below) {
            return new Fields(file, path(key), below);
        }
        throw wrong(file, path(key), node, "a mapping");
    }

    /** Names and values: a mapping, or a list of {@code NAME=VALUE}; null for a name alone. */
    List<Pair> pairs(String key) {
        List<Pair> pairs = new ArrayList<>();
        @Nullable Node node = node(key);
        if (node instanceof Node.Mapping below) {
            for (Node.Entry entry : below.entries()) {
                Node value = entry.value();
                boolean empty = value instanceof Node.Scalar scalar && scalar.kind() == Node.Kind.NULL;
                pairs.add(new Pair(entry.key(), empty ? null : text(key + "." + entry.key(), value)));
            }
        } else {
            for (String item : texts(key)) {
                int equals = item.indexOf('=');
                pairs.add(
                        equals < 0
                                ? new Pair(item, null)
                                : new Pair(item.substring(0, equals), item.substring(equals + 1)));
            }
        }
        return pairs;
    }

    /** A name and its value; null where the file has none. */
    record Pair(String name, @Nullable String value) {}

    List<Node.Entry> entries() {
        return mapping.entries();
    }

    /** The keys that nobody has asked for. */
    List<String> left() {
        return mapping.entries().stream()
                .map(Node.Entry::key)
                .filter(key -> !taken.contains(key))
                .collect(Collectors.toList());
    }

    PocketException wrong(String key, Node node, String wanted) {
        return wrong(file, path(key), node, wanted);
    }

    static PocketException wrong(String file, String path, Node node, String wanted) {
        return PocketException.usage(
                file + ":" + node.position().line() + ":" + node.position().column() + ": "
                        + (path.isEmpty() ? "the file" : "\"" + Printable.of(path) + "\"") + " must be " + wanted
                        + ", found "
                        + node.kindName(),
                "correct the file, then import it again");
    }
}
