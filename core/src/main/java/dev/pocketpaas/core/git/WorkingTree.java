package dev.pocketpaas.core.git;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.DirCacheIterator;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.NameConflictTreeWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.WorkingTreeIterator;
import org.jspecify.annotations.Nullable;

/** Writes the working tree as a tree of git, as {@code git add --all} would, into an index that exists only in memory. */
final class WorkingTree {
    private final Repository repository;
    private final ObjectInserter inserter;
    private final ObjectReader reader;
    private final DirCacheBuilder builder;

    private WorkingTree(Repository repository, ObjectInserter inserter, ObjectReader reader, DirCacheBuilder builder) {
        this.repository = repository;
        this.inserter = inserter;
        this.reader = reader;
        this.builder = builder;
    }

    static ObjectId write(Repository repository) {
        DirCache index;
        try {
            index = repository.readDirCache();
        } catch (IOException | IllegalArgumentException e) {
            return new GitProgram(repository).writeTree().orElseThrow(() -> unreadableIndex(e));
        }
        try (ObjectInserter inserter = repository.newObjectInserter();
                ObjectReader reader = repository.newObjectReader()) {
            DirCache result = DirCache.newInCore();
            DirCacheBuilder builder = result.builder();
            new WorkingTree(repository, inserter, reader, builder).collect(index);
            builder.finish();
            ObjectId tree = result.writeTree(inserter);
            inserter.flush();
            return tree;
        } catch (UnreadableName e) {
            return new GitProgram(repository)
                    .writeTree()
                    .orElseThrow(() -> PocketException.usage(
                            "the file name " + Printable.of(e.path) + " is not UTF-8, so its file cannot be opened",
                            "install git, commit, and deploy without --dirty, or rename the file"));
        } catch (IOException e) {
            throw PocketException.unexpected("the working tree cannot be read: " + e.getMessage(), null, e);
        }
    }

    private static PocketException unreadableIndex(Exception e) {
        return new PocketException(
                ExitCode.USAGE,
                "--dirty needs git's index, which cannot be read: " + e.getMessage(),
                List.of(),
                "write it in the plain form: git update-index --no-split-index; git sparse-checkout reapply"
                        + " --no-sparse-index; or commit, and deploy without --dirty",
                e);
    }

    /** Whether a name is one that Java has not understood, and so cannot open again: its bytes are not those of the file system's encoding. */
    static boolean isUnreadableName(String path) {
        return path.indexOf('\ufffd') >= 0;
    }

    /** Ends the walk at a name that Java cannot open. */
    private static final class UnreadableName extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String path;

        UnreadableName(String path) {
            super(path, null, false, false);
            this.path = path;
        }
    }

    private void collect(DirCache index) throws IOException {
        try (NameConflictTreeWalk walk = new NameConflictTreeWalk(repository, reader)) {
            walk.setOperationType(TreeWalk.OperationType.CHECKIN_OP);
            walk.addTree(new DirCacheIterator(index));
            FileTreeIterator files = new FileTreeIterator(repository);
            files.setDirCacheIterator(walk, 0);
            walk.addTree(files);
            @Nullable String last = null;
            while (walk.next()) {
                DirCacheIterator tracked = walk.getTree(0, DirCacheIterator.class);
                WorkingTreeIterator file = walk.getTree(1, WorkingTreeIterator.class);
                if (tracked == null && file != null && file.isEntryIgnored()) {
                    continue;
                }
                if (file != null && isUnreadableName(file.getEntryPathString())) {
                    throw new UnreadableName(file.getEntryPathString());
                }
                if (walk.isSubtree() && !walk.isDirectoryFileConflict()) {
                    walk.enterSubtree();
                    continue;
                }
                if (file != null && file.getEntryRawMode() == FileMode.TYPE_TREE && !isLink(tracked)) {
                    // A directory where the index has a file.
                    walk.enterSubtree();
                    continue;
                }
                String path = walk.getPathString();
                // A conflict has up to three entries for one path.
                if (!path.equals(last)) {
                    add(path, tracked, file);
                    last = path;
                }
            }
        }
    }

    private static boolean isLink(@Nullable DirCacheIterator tracked) {
        return tracked != null && tracked.getEntryRawMode() == FileMode.TYPE_GITLINK;
    }

    private void add(String path, @Nullable DirCacheIterator tracked, @Nullable WorkingTreeIterator file)
            throws IOException {
        DirCacheEntry known = tracked == null ? null : tracked.getDirCacheEntry();
        if (known != null && (known.isSkipWorkTree() || known.isAssumeValid() || isLink(tracked))) {
            builder.add(known);
            return;
        }
        if (file == null) {
            return;
        }
        if (known != null && known.getStage() == 0 && !file.isModified(known, true, reader)) {
            builder.add(known);
            return;
        }
        FileMode mode = file.getIndexFileMode(tracked);
        if (FileMode.GITLINK.equals(mode)) {
            throw PocketException.usage(
                    "the directory " + Printable.of(path)
                            + " is a git repository of its own, which cannot be deployed along",
                    "ignore it in .gitignore, or deploy without --dirty");
        }
        DirCacheEntry entry = new DirCacheEntry(path);
        entry.setFileMode(mode);
        entry.setLength(file.getEntryLength());
        try (InputStream in = file.openEntryStream()) {
            entry.setObjectId(inserter.insert(Constants.OBJ_BLOB, file.getEntryContentLength(), in));
        }
        builder.add(entry);
    }
}
