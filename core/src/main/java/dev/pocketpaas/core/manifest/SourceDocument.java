package dev.pocketpaas.core.manifest;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A settings file of another program, read as carefully as a manifest: bounded, every key once, no aliases, no tags. */
public final class SourceDocument {
    /** The largest file that is read, in bytes. */
    public static final int LARGEST = SourceText.LARGEST;

    private SourceDocument() {}

    /**
     * The YAML document in {@code bytes}.
     *
     * @param name the file as messages name it
     * @throws ManifestException with every problem of the file
     */
    public static Node yaml(String name, byte[] bytes) {
        return read(name, bytes, NodeTree::ofYaml);
    }

    /** The same of JSON. */
    public static Node json(String name, byte[] bytes) {
        return read(name, bytes, NodeTree::ofJson);
    }

    private static Node read(String name, byte[] bytes, BiFunction<String, Problems, @Nullable Node> reader) {
        Problems problems = new Problems(name);
        @Nullable String text = SourceText.of(bytes, problems);
        @Nullable Node root = text == null ? null : reader.apply(text, problems);
        if (root == null && !problems.any()) {
            problems.report(Position.START, "", "the file says nothing", null);
        }
        problems.throwIfAny();
        if (root == null) {
            throw new IllegalStateException("a file was neither read nor refused");
        }
        return root;
    }
}
