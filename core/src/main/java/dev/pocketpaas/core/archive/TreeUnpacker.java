package dev.pocketpaas.core.archive;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongConsumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a tar that a container has made, which nobody here trusts: nothing is written outside of the place that the user named, neither by a
 * name nor through a link, and nothing into a {@code .git}. What must not be unpacked is left out and told.
 */
public final class TreeUnpacker {
    private static final int MOST_TOLD = 20;

    private final String shown;
    private final Path target;
    private final String name;
    private final boolean contents;
    private final Map<String, String> links = new LinkedHashMap<>();
    private final Map<String, Path> written = new HashMap<>();
    private final Set<Path> made = new HashSet<>();
    private final List<String> leftOut = new ArrayList<>();
    private @Nullable Path place;
    private int leftOutCount;
    private int files;
    private long bytes;

    private TreeUnpacker(String shown, Path target, String name, boolean contents) {
        this.shown = shown;
        this.target = target;
        this.name = name;
        this.contents = contents;
    }

    /**
     * What was unpacked.
     *
     * @param place the file or the directory that is there now
     * @param files how many files and links
     * @param bytes of all the files
     * @param leftOut the first reasons why something was left out, each a sentence
     * @param leftOutCount how many entries were left out
     */
    public record Unpacked(Path place, int files, long bytes, List<String> leftOut, int leftOutCount) {}

    /**
     * Unpacks {@code in}, all of whose entries are below one at its top.
     *
     * @param shown what it is called in messages
     * @param target where it goes: into a directory that is there, else under this very name
     * @param name what it is called in such a directory; empty for the name that the tar gives
     * @param contents whether it is what a directory holds that goes into {@code target}
     * @param received hears how many bytes of files came so far
     * @throws PocketException refused, where it cannot be there; a damaged tar
     */
    public static Unpacked unpack(
            String shown, InputStream in, Path target, String name, boolean contents, LongConsumer received)
            throws IOException {
        return new TreeUnpacker(shown, target, name, contents).all(new RawTar(shown, in), received);
    }

    private Unpacked all(RawTar tar, LongConsumer received) throws IOException {
        String top = "";
        try {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String path;
                try {
                    tar.requireUtf8(entry);
                    path = EntryNames.path(shown, entry.getName());
                } catch (PocketException e) {
                    leaveOut(String.valueOf(e.getMessage()));
                    continue;
                }
                if (place == null) {
                    top = path;
                    place = placeFor(top, entry.isDirectory());
                }
                if (path.equals(top)) {
                    add("", entry, top, tar, received);
                } else if (path.startsWith(top + "/")) {
                    add(path.substring(top.length() + 1), entry, top, tar, received);
                } else {
                    leaveOut(path, "is not in what was asked for");
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (place == null) {
            throw ArchiveRefusals.damaged(shown, "nothing came", null);
        }
        links.forEach(this::link);
        return new Unpacked(place, files, bytes, List.copyOf(leftOut), leftOutCount);
    }

    /** As {@code cp -r} decides it. */
    private Path placeFor(String top, boolean directory) {
        if (contents && !directory) {
            throw PocketException.refused(shown + " is a file, and no directory", "leave out the \"/.\"");
        }
        Path wanted = target;
        if (Files.isDirectory(target) && !contents) {
            wanted = target.resolve(name.isEmpty() ? EntryNames.path(shown, last(top)) : name);
        }
        boolean slash = target.toString().endsWith("/");
        Path above = wanted.toAbsolutePath().getParent();
        if (above == null || !Files.isDirectory(above) || (slash && !directory && wanted.equals(target))) {
            throw PocketException.refused(
                    "there is no directory " + Printable.of(String.valueOf(slash ? target : above)), "make it first");
        }
        if (directory ? Files.exists(wanted) && !Files.isDirectory(wanted) : Files.isDirectory(wanted)) {
            throw PocketException.refused(
                    Printable.of(wanted.toString()) + (directory ? " is a file" : " is a directory"),
                    "choose another name");
        }
        return wanted;
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private void add(String path, TarArchiveEntry entry, String top, InputStream in, LongConsumer received)
            throws IOException {
        if (entry.isDirectory()) {
            if (!isDirectory(path)) {
                leaveOut(path, "cannot be a directory here: something else has its name, or it is below a link");
            }
        } else if (entry.isSymbolicLink()) {
            links.put(path, entry.getLinkName());
        } else if (entry.isLink()) {
            hardLink(path, entry, top);
        } else if (entry.isSparse()
                || !entry.isFile()
                || entry.isFIFO()
                || entry.isBlockDevice()
                || entry.isCharacterDevice()) {
            leaveOut(path, "is neither a file nor a directory nor a link");
        } else {
            file(path, (entry.getMode() & 0100) != 0, in, received);
        }
    }

    private void file(String path, boolean program, @Nullable InputStream in, LongConsumer received)
            throws IOException {
        Path file = at(path);
        if (!isDirectory(parent(path)) || Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            leaveOut(path, "cannot be a file here: a directory has its name, or it is below a link");
            return;
        }
        Path aside = aside(file);
        try {
            try (OutputStream out = Files.newOutputStream(
                    aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                copy(in, out, received);
            }
            if (program) {
                makeProgram(aside);
            }
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
        written.put(path, file);
        files++;
    }

    private void copy(@Nullable InputStream in, OutputStream out, LongConsumer received) throws IOException {
        if (in == null) {
            return;
        }
        byte[] piece = new byte[1 << 16];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            out.write(piece, 0, count);
            bytes += count;
            received.accept(bytes);
        }
    }

    private void hardLink(String path, TarArchiveEntry entry, String top) throws IOException {
        String name = entry.getLinkName();
        String of = name.startsWith(top + "/") ? name.substring(top.length() + 1) : name;
        Path source = written.get(of);
        if (source == null) {
            leaveOut(path, "is a further name of a file that did not come");
            return;
        }
        try (InputStream in = Files.newInputStream(source, LinkOption.NOFOLLOW_LINKS)) {
            file(path, Files.isExecutable(source), in, count -> {});
        }
    }

    /** Last of all, so that nothing is written through a link that came with the tar. */
    private void link(String path, String to) {
        Path link = at(path);
        if (path.isEmpty() || EntryNames.leadsOut(path, links)) {
            leaveOut(path + " -> " + to, "is a symbolic link that leads out of it");
        } else if (!isDirectory(parent(path)) || Files.isDirectory(link, LinkOption.NOFOLLOW_LINKS)) {
            leaveOut(path, "cannot be a link here: a directory has its name, or it is below a link");
        } else {
            try {
                Files.deleteIfExists(link);
                Files.createSymbolicLink(link, Path.of(to));
                files++;
            } catch (IOException | IllegalArgumentException e) {
                leaveOut(path, "cannot be made: " + e.getMessage());
            }
        }
    }

    private Path at(String path) {
        Path root = Objects.requireNonNull(place);
        return path.isEmpty() ? root : root.resolve(path);
    }

    private static @Nullable String parent(String path) {
        int slash = path.lastIndexOf('/');
        return path.isEmpty() ? null : slash < 0 ? "" : path.substring(0, slash);
    }

    /** Whether it is a directory of its own, made where there is none, and so is everything above it up to the place; the place itself may be a link. */
    private boolean isDirectory(@Nullable String path) {
        if (path == null) {
            return true;
        }
        Path directory = at(path);
        if (made.contains(directory)) {
            return true;
        }
        if (!isDirectory(parent(path))) {
            return false;
        }
        boolean there =
                path.isEmpty() ? Files.isDirectory(directory) : Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
        if (!there) {
            try {
                Files.createDirectory(directory);
            } catch (IOException e) {
                return false;
            }
        }
        made.add(directory);
        return true;
    }

    private static Path aside(Path file) {
        return file.resolveSibling(".pocketpaas-" + Long.toHexString(System.nanoTime()) + ".part");
    }

    private static void makeProgram(Path file) throws IOException {
        try {
            Set<PosixFilePermission> rights = new HashSet<>(Files.getPosixFilePermissions(file));
            rights.add(PosixFilePermission.OWNER_EXECUTE);
            if (rights.contains(PosixFilePermission.GROUP_READ)) {
                rights.add(PosixFilePermission.GROUP_EXECUTE);
            }
            if (rights.contains(PosixFilePermission.OTHERS_READ)) {
                rights.add(PosixFilePermission.OTHERS_EXECUTE);
            }
            Files.setPosixFilePermissions(file, rights);
        } catch (UnsupportedOperationException e) {
            // A file system without such rights.
            return;
        }
    }

    private void leaveOut(String path, String why) {
        leaveOut(String.valueOf(ArchiveRefusals.entry(shown, path.isEmpty() ? "." : path, why, "")
                .getMessage()));
    }

    private void leaveOut(String sentence) {
        leftOutCount++;
        if (leftOut.size() < MOST_TOLD) {
            leftOut.add(sentence);
        }
    }
}
