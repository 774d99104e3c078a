package dev.pocketpaas.installer.programs;

import dev.pocketpaas.core.host.ProgramVersion;
import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is installed below {@code /usr/local/lib/pocketpaas/<content hash>/}: the shell programs and the templates that Java writes
 * (docs/protocol.md, "Programs").
 */
public final class HostPrograms {
    private static final String DIRECTORY = "dev/pocketpaas/installer/host";
    /** Made by the build ({@link ContentHash}): to compute it takes reading all of them, which most commands need not. */
    private static final String HASH = "/dev/pocketpaas/installer/programs/" + ContentHash.FILE;

    private final SortedMap<String, byte[]> files;

    private HostPrograms(Map<String, byte[]> files) {
        this.files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /** The programs that came with this version. */
    public static HostPrograms bundled() {
        Map<String, byte[]> files =
                new TreeMap<>(ResourceTree.of(HostPrograms.class, DIRECTORY).files());
        Templates.all().forEach((path, text) -> files.put(path, text.getBytes(StandardCharsets.UTF_8)));
        return new HostPrograms(files);
    }

    /** The {@link #hash} of {@link #bundled}, without reading them. */
    public static String bundledHash() {
        return resource(HASH);
    }

    /** The {@link #version} of {@link #bundled}, without reading the rest. */
    public static ProgramVersion bundledVersion() {
        return new ProgramVersion(resource("/" + DIRECTORY + "/version"));
    }

    private static String resource(String name) {
        try (InputStream in = HostPrograms.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program's own files are incomplete: no " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Programs with the given content, for tests. */
    static HostPrograms of(Map<String, byte[]> files) {
        return new HostPrograms(files);
    }

    /** The paths, in order. */
    public SortedSet<String> paths() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(files.keySet()));
    }

    /** The text of the program at {@code path}. */
    public String text(String path) {
        byte[] content = files.get(path);
        if (content == null) {
            throw new IllegalStateException("the program's own files are incomplete: no " + path);
        }
        return new String(content, StandardCharsets.UTF_8);
    }

    /** The version that they came with. */
    public ProgramVersion version() {
        return new ProgramVersion(text("version").strip());
    }

    /**
     * The name of their directory: SHA-256 over a line {@code path NUL hex(SHA-256 of content) LF} for each file, in the byte order of
     * the paths.
     */
    public String hash() {
        return ResourceTree.digest(files);
    }

    /** The programs as they travel. */
    public ValueTree tree() {
        ValueTree.Builder tree = ValueTree.builder();
        files.forEach(tree::put);
        return tree.build();
    }
}
