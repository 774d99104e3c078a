package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The key {@code stages}: what an app is like in another place, such as {@code staging}. A stage says only what differs: mappings
 * are joined key by key, anything else takes the place of what the file says. Each stage is checked as the manifest that it makes.
 */
final class Stages {
    static final String KEY = "stages";

    /** What belongs to one place alone: two apps cannot have one domain. */
    private static final Set<String> NOT_TAKEN = Set.of("domains");

    private static final String REDIRECTS = "redirects";

    private Stages() {}

    /** What one stage says; it is bound together with what the file says. */
    static final class StageType implements ValueType<Node.Mapping> {
        @Override
        public Node.@Nullable Mapping bind(Node node, Problems problems) {
            if (node instanceof Node.Mapping mapping) {
                return mapping;
            }
            problems.wrongType(node, label(), "write at least: { app: shop-staging }");
            return null;
        }

        @Override
        public void describe(JsonGenerator out) throws IOException {
            out.writeStringField("$ref", "#");
        }

        @Override
        public String label() {
            return "a mapping of keys that differ";
        }
    }

    /** The manifest of each stage, whose problems are reported; those of the file itself are reported already. */
    static SortedMap<String, Manifest> bind(Node root, Problems problems) {
        SortedMap<String, Manifest> stages = new TreeMap<>();
        if (!(root instanceof Node.Mapping file) || !(file.get(KEY) instanceof Node.Mapping all)) {
            return stages;
        }
        for (Node.Entry entry : all.entries()) {
            if (entry.value() instanceof Node.Mapping stage) {
                refuseSamePlace(file, entry, stage, problems);
                @Nullable Manifest bound = Manifest.SECTION.bind(joined(file, stage, problems), problems);
                if (bound != null) {
                    stages.put(entry.key(), bound);
                }
            }
        }
        return stages;
    }

    /**
     * One of the stages.
     *
     * @throws PocketException when there is no such one
     */
    static Manifest chosen(String file, SortedMap<String, Manifest> stages, String name) {
        Manifest stage = stages.get(name);
        if (stage == null) {
            Optional<String> meant = Nearest.to(name, stages.keySet());
            throw PocketException.usage(
                    file + " has no stage " + Printable.of(name),
                    meant.map(near -> "did you mean \"" + near + "\"?")
                            .orElse(
                                    stages.isEmpty()
                                            ? "add it: stages: { " + Printable.of(name) + ": { app: … } }"
                                            : "possible: " + String.join(", ", stages.keySet())));
        }
        return stage;
    }

    /** The same app on the same host would be deployed twice, each time as another one. */
    private static void refuseSamePlace(Node.Mapping file, Node.Entry entry, Node.Mapping stage, Problems problems) {
        if (!differs(file, stage, "app") && !differs(file, stage, "host")) {
            problems.report(
                    entry.position(),
                    entry.key(),
                    "the stage " + ScalarType.quoted(entry.key()) + " is the same app on the same host",
                    "give it an \"app\" or a \"host\" of its own");
        }
    }

    private static boolean differs(Node.Mapping file, Node.Mapping stage, String key) {
        @Nullable Node own = stage.get(key);
        return own != null && !Objects.equals(text(own), text(file.get(key)));
    }

    private static @Nullable String text(@Nullable Node node) {
        return node instanceof Node.Scalar scalar ? scalar.text() : null;
    }

    private static Node.Mapping joined(Node.Mapping file, Node.Mapping stage, Problems problems) {
        for (Node.Entry entry : stage.entries()) {
            if (entry.key().equals(KEY)) {
                problems.report(entry.position(), KEY, "a stage has no stages", "write them all in one place");
            }
        }
        List<Node.Entry> base = new ArrayList<>();
        for (Node.Entry entry : file.entries()) {
            if (entry.key().equals("http") && entry.value() instanceof Node.Mapping http) {
                base.add(new Node.Entry(entry.position(), entry.key(), without(http, REDIRECTS)));
            } else if (!NOT_TAKEN.contains(entry.key()) && !entry.key().equals(KEY)) {
                base.add(entry);
            }
        }
        Node.Mapping own = without(stage, KEY);
        return (Node.Mapping) joined("", new Node.Mapping(file.position(), base), own);
    }

    private static Node.Mapping without(Node.Mapping mapping, String key) {
        return new Node.Mapping(
                mapping.position(),
                mapping.entries().stream()
                        .filter(entry -> !entry.key().equals(key))
                        .toList());
    }

    /** An empty mapping empties. */
    private static Node joined(String path, Node below, Node above) {
        Node base = written(path, below);
        Node over = written(path, above);
        if (!(base instanceof Node.Mapping file) || !(over instanceof Node.Mapping stage)) {
            return above;
        }
        if (stage.entries().isEmpty() && !path.isEmpty()) {
            return above;
        }
        Map<String, Node.Entry> entries = new LinkedHashMap<>();
        file.entries().forEach(entry -> entries.put(entry.key(), entry));
        for (Node.Entry entry : stage.entries()) {
            Node.Entry before = entries.get(entry.key());
            String inner = path.isEmpty() ? entry.key() : path + ".*";
            entries.put(
                    entry.key(),
                    before == null
                            ? entry
                            : new Node.Entry(
                                    entry.position(), entry.key(), joined(inner, before.value(), entry.value())));
        }
        return new Node.Mapping(stage.position(), List.copyOf(entries.values()));
    }

    /** A process that is only a command, in full, so that it can be joined. */
    private static Node written(String path, Node node) {
        if (path.equals("processes.*") && node instanceof Node.Scalar scalar && scalar.kind() != Node.Kind.NULL) {
            return new Node.Mapping(scalar.position(), List.of(new Node.Entry(scalar.position(), "command", scalar)));
        }
        return node;
    }
}
