package dev.pocketpaas.installer.programs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The files below a directory of the class path, whether that is a directory or a jar. Immutable; in the order of paths. */
public final class ResourceTree {
    private final SortedMap<String, byte[]> files;

    private ResourceTree(SortedMap<String, byte[]> files) {
        this.files = Collections.unmodifiableSortedMap(files);
    }

    /**
     * Reads every file below {@code directory}.
     *
     * @param anchor a class of the jar that holds them
     * @param directory absolute, without slashes at its ends, for example {@code dev/pocketpaas/installer/host}
     */
    public static ResourceTree of(Class<?> anchor, String directory) {
        try {
            // Where the anchor itself was loaded from: another part of the class path may have a directory of the same
            // name.
            Path home = home(anchor);
            SortedMap<String, byte[]> found =
                    Files.isDirectory(home) ? fromDirectory(home.resolve(directory)) : fromJar(home, directory + "/");
            if (found.isEmpty()) {
                throw new IllegalStateException("the program's own files are incomplete: no " + directory);
            }
            return new ResourceTree(found);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The directory or the jar of {@code anchor}, by the address of its file: a class from an archive of class data that was moved does not know its own
     * (Java 25).
     */
    private static Path home(Class<?> anchor) {
        String file = anchor.getName().replace('.', '/') + ".class";
        String address =
                Objects.requireNonNull(anchor.getResource("/" + file), file).toString();
        String home = address.startsWith("jar:")
                ? address.substring("jar:".length(), address.length() - file.length() - "!/".length())
                : address.substring(0, address.length() - file.length());
        return Path.of(URI.create(home));
    }

    /** The relative paths. */
    public SortedSet<String> paths() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(files.keySet()));
    }

    /** The content of {@code path}. */
    public byte[] content(String path) {
        byte[] content = files.get(path);
        if (content == null) {
            throw new IllegalStateException("the program's own files are incomplete: no " + path);
        }
        return content.clone();
    }

    /** SHA-256 over a line {@code path NUL hex(SHA-256 of content) LF} for each file, in the byte order of the paths. */
    public String digest() {
        return digest(files);
    }

    static String digest(SortedMap<String, byte[]> files) {
        MessageDigest whole = sha256();
        files.forEach((path, content) ->
                whole.update((path + "\0" + HexFormat.of().formatHex(sha256().digest(content)) + "\n")
                        .getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(whole.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every file with its content. */
    Map<String, byte[]> files() {
        return files;
    }

    /** Writes all files below {@code target}; those that begin with {@code #!} may be run, as a jar keeps no modes. */
    public void writeTo(Path target) {
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path path = target.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
                Files.setPosixFilePermissions(
                        path, PosixFilePermissions.fromString(isScript(file.getValue()) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the system would run {@code content} by an interpreter. */
    static boolean isScript(byte[] content) {
        return content.length > 2 && content[0] == '#' && content[1] == '!';
    }

    private static SortedMap<String, byte[]> fromDirectory(Path root) throws IOException {
        SortedMap<String, byte[]> found = new TreeMap<>();
        if (!Files.isDirectory(root)) {
            return found;
        }
        try (Stream<Path> walk = Files.walk(root)) {
            List<Path> regular = walk.filter(Files::isRegularFile).toList();
            for (Path file : regular) {
                found.put(root.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
        return found;
    }

    private static SortedMap<String, byte[]> fromJar(Path file, String prefix) throws IOException {
        SortedMap<String, byte[]> found = new TreeMap<>();
        try (JarFile jar = new JarFile(file.toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.getName().startsWith(prefix) && !entry.isDirectory()) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        found.put(entry.getName().substring(prefix.length()), in.readAllBytes());
                    }
                }
            }
        }
        return found;
    }
}
