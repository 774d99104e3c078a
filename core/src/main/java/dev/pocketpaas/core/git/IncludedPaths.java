package dev.pocketpaas.core.git;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** The tree of an app's directory with other paths of the repository in it. git makes the very same on the host. */
final class IncludedPaths {
    private final Repository repository;
    private final Commit app;
    private final String directory;

    /** {@code app} has the tree of {@code directory}. */
    IncludedPaths(Repository repository, Commit app, String directory) {
        this.repository = repository;
        this.app = app;
        this.directory = directory;
    }

    /** The id of the tree. */
    String tree(List<String> paths) {
        paths.forEach(this::refuseInside);
        return tree(paths, true);
    }

    /** The same with those of {@code paths} that the commit has. */
    String treeOfThose(List<String> paths) {
        return tree(paths, false);
    }

    private void refuseInside(String path) {
        if ((path + "/").startsWith(directory + "/") || (directory + "/").startsWith(path + "/")) {
            throw refused(
                    "\"include\" names " + Printable.of(path) + ", and the app's directory is "
                            + Printable.of(directory),
                    "name what is beside that directory; what is in it is included");
        }
    }

    private String tree(List<String> paths, boolean all) {
        try (ObjectReader reader = repository.newObjectReader();
                RevWalk walk = new RevWalk(reader);
                ObjectInserter inserter = repository.newObjectInserter()) {
            ObjectId own = ObjectId.fromString(app.tree());
            ObjectId whole = walk.parseCommit(ObjectId.fromString(app.id())).getTree();
            DirCache cache = DirCache.newInCore();
            DirCacheBuilder entries = cache.builder();
            entries.addTree(new byte[0], DirCacheEntry.STAGE_0, reader, own);
            for (String path : paths) {
                Optional<Entry> found = entry(reader, whole, path);
                if (found.isPresent()) {
                    refuseTaken(reader, own, path);
                    add(entries, reader, path, found.get());
                } else if (all) {
                    throw refused(
                            "the commit " + app.shortId() + " has no " + Printable.of(path),
                            "commit it, or correct \"include\" in the section build of the manifest");
                }
            }
            entries.finish();
            ObjectId tree = cache.writeTree(inserter);
            inserter.flush();
            return tree.name();
        } catch (IOException | IllegalStateException e) {
            throw PocketException.unexpected(
                    "the paths of \"include\" cannot be put together: " + e.getMessage(), null, e);
        }
    }

    private record Entry(FileMode mode, ObjectId id) {}

    private static Optional<Entry> entry(ObjectReader reader, ObjectId tree, String path) throws IOException {
        try (TreeWalk walk = TreeWalk.forPath(reader, path, tree)) {
            return walk == null ? Optional.empty() : Optional.of(new Entry(walk.getFileMode(0), walk.getObjectId(0)));
        }
    }

    private void refuseTaken(ObjectReader reader, ObjectId own, String path) throws IOException {
        for (int end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
            String part = end < 0 ? path : path.substring(0, end);
            Optional<Entry> there = entry(reader, own, part);
            if (there.isPresent()
                    && (end < 0 || !FileMode.TREE.equals(there.get().mode()))) {
                throw refused(
                        "the app has a " + Printable.of(part) + " of its own, where \"include\" would put that of the "
                                + "repository",
                        "rename one of them");
            }
            if (end < 0) {
                return;
            }
        }
    }

    private static void add(DirCacheBuilder entries, ObjectReader reader, String path, Entry found) throws IOException {
        if (FileMode.TREE.equals(found.mode())) {
            entries.addTree(path.getBytes(StandardCharsets.UTF_8), DirCacheEntry.STAGE_0, reader, found.id());
        } else {
            DirCacheEntry entry = new DirCacheEntry(path);
            entry.setFileMode(found.mode());
            entry.setObjectId(found.id());
            entries.add(entry);
        }
    }

    private static PocketException refused(String what, String cure) {
        return new PocketException(ExitCode.REFUSED, what, List.of(), cure, null);
    }
}
