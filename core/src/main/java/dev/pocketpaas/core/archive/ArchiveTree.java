package dev.pocketpaas.core.archive;

import dev.pocketpaas.core.git.SnapshotFile;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is in an archive, entry by entry as it is read, and what of it is the app. */
final class ArchiveTree {
    /** What the archiver of macOS adds beside the files. */
    private static final String MAC = "__MACOSX";

    private record Entry(SnapshotFile file, @Nullable String target) {}

    private final String archive;
    private final ArchiveLimits limits;
    private final SortedMap<String, Entry> entries = new TreeMap<>();
    private final Set<String> directories = new HashSet<>();
    private final Map<String, String> above = new HashMap<>();
    private int count;

    ArchiveTree(String archive, ArchiveLimits limits) {
        this.archive = archive;
        this.limits = limits;
    }

    /** The path of the next entry, which counts; nothing for one that is left out. */
    Optional<String> next(String name) {
        count++;
        if (count > limits.entries()) {
            throw ArchiveRefusals.refused(
                    archive + " has more than " + limits.entries() + " entries",
                    "leave out what the app does not need, such as installed packages");
        }
        String path = EntryNames.path(archive, name);
        return path.equals(MAC) || path.startsWith(MAC + "/") ? Optional.empty() : Optional.of(path);
    }

    void directory(String path) {
        if (!path.isEmpty()) {
            if (entries.containsKey(path)) {
                throw conflict(path);
            }
            directories.add(path);
            enclose(path);
        }
    }

    void file(String path, boolean executable, String blob) {
        add(path, new Entry(SnapshotFile.file(blob, executable), null));
    }

    void link(String path, byte[] target, String blob) {
        add(path, new Entry(SnapshotFile.link(blob), new String(target, StandardCharsets.UTF_8)));
    }

    /** A further name for the file {@code of}, which came before. */
    void hardLink(String path, String of) {
        Entry entry = entries.get(of);
        if (entry == null) {
            throw ArchiveRefusals.entry(
                    archive, path, "is a hard link to what is not in the archive before it", "pack it again");
        }
        add(path, entry);
    }

    private void add(String path, Entry entry) {
        if (path.isEmpty()) {
            throw ArchiveRefusals.entry(archive, ".", "has no name", "pack it again");
        }
        if (directories.contains(path)) {
            throw conflict(path);
        }
        if (entries.put(path, entry) != null) {
            throw ArchiveRefusals.entry(archive, path, "is there twice", "pack it again");
        }
        enclose(path);
    }

    /** The directories that {@code path} is in. */
    private void enclose(String path) {
        int slash = path.lastIndexOf('/');
        while (slash > 0) {
            String directory = path.substring(0, slash);
            if (entries.containsKey(directory)) {
                throw conflict(directory);
            }
            if (above.putIfAbsent(directory, path) != null) {
                return;
            }
            directories.add(directory);
            slash = directory.lastIndexOf('/');
        }
    }

    private RuntimeException conflict(String path) {
        return ArchiveRefusals.entry(archive, path, "is both a file and a directory", "pack it again");
    }

    /** The one directory at the top that holds everything, as GitHub packs it; empty where there is no such one. */
    String wrapper() {
        if (entries.isEmpty()) {
            throw ArchiveRefusals.refused(archive + " has no files", "pack the files of the app");
        }
        String first = top(entries.firstKey());
        return directories.contains(first)
                        && entries.keySet().stream().allMatch(path -> top(path).equals(first))
                ? first
                : "";
    }

    private static String top(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }

    /** The files by their paths below {@link #wrapper()}. Refuses links that lead out of it. */
    SortedMap<String, SnapshotFile> files() {
        String wrapper = wrapper();
        int cut = wrapper.isEmpty() ? 0 : wrapper.length() + 1;
        SortedMap<String, SnapshotFile> files = new TreeMap<>();
        Map<String, String> links = new HashMap<>();
        entries.forEach((path, entry) -> {
            if (entry.target() != null) {
                links.put(path.substring(cut), entry.target());
            }
            files.put(path.substring(cut), entry.file());
        });
        List<String> out = entries.keySet().stream()
                .filter(path ->
                        links.containsKey(path.substring(cut)) && EntryNames.leadsOut(path.substring(cut), links))
                .map(path -> path + " -> " + links.get(path.substring(cut)))
                .toList();
        if (!out.isEmpty()) {
            throw ArchiveRefusals.entry(
                    archive,
                    out.get(0),
                    "is a symbolic link that leads out of the app",
                    "pack the file itself (tar --dereference), or leave the link out");
        }
        return files;
    }
}
