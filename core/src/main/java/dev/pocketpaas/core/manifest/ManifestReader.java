package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.failure.PocketException;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Reads a manifest: all of it is right, or all that is wrong is told at once. */
public final class ManifestReader {
    private ManifestReader() {}

    /**
     * The manifest in {@code bytes}.
     *
     * @param name the file as messages name it
     * @throws ManifestException with every problem of the file
     */
    public static Manifest read(String name, byte[] bytes) {
        return read(name, bytes, Optional.empty());
    }

    /**
     * The manifest in {@code bytes}, as it is in a stage. All stages are checked, whichever is wanted.
     *
     * @param name the file as messages name it
     * @throws ManifestException with every problem of the file
     * @throws PocketException when it has no such stage
     */
    public static Manifest read(String name, byte[] bytes, Optional<String> stage) {
        Problems problems = new Problems(name);
        @Nullable Manifest manifest = null;
        SortedMap<String, Manifest> stages = Collections.emptySortedMap();
        @Nullable String text = SourceText.of(bytes, problems);
        if (text != null) {
            Node root = NodeTree.ofYaml(text, problems);
            if (root != null) {
                manifest = Manifest.SECTION.bind(root, problems);
                stages = Stages.bind(root, problems);
            } else if (!problems.any()) {
                problems.report(
                        Position.START,
                        "",
                        "the file says nothing",
                        "write at least \"app: NAME\" and \"host: ADDRESS\"");
            }
        }
        problems.throwIfAny();
        if (manifest == null) {
            throw new IllegalStateException("a manifest was neither read nor refused");
        }
        return stage.isPresent() ? Stages.chosen(name, stages, stage.get()) : manifest;
    }
}
