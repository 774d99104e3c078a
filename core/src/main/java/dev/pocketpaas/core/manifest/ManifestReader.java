package dev.pocketpaas.core.manifest;

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
        Problems problems = new Problems(name);
        @Nullable Manifest manifest = null;
        @Nullable String text = SourceText.of(bytes, problems);
        if (text != null) {
            Node root = NodeTree.ofYaml(text, problems);
            if (root != null) {
                manifest = Manifest.SECTION.bind(root, problems);
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
        return manifest;
    }
}
