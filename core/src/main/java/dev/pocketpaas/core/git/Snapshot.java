package dev.pocketpaas.core.git;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/**
 * A directory without git as one commit, in a repository that is gone again when this is closed. {@code .gitignore} files count, and file
 * modes and symbolic links are kept.
 */
public final class Snapshot implements AutoCloseable {
    private final Path directory;
    private final LocalRepository repository;
    private final Commit commit;

    private Snapshot(Path directory, LocalRepository repository, Commit commit) {
        this.directory = directory;
        this.repository = repository;
        this.commit = commit;
    }

    /** Takes a snapshot of {@code source}. */
    public static Snapshot ofDirectory(Path source) {
        return take(source, Optional.empty(), "Snapshot of " + source.getFileName());
    }

    /**
     * Takes a snapshot of those files at the top of {@code source} that are named and there; nothing else is read.
     *
     * @param subject of the commit
     */
    public static Snapshot ofFiles(Path source, List<String> names, String subject) {
        return take(source, Optional.of(names), subject);
    }

    private static Snapshot take(Path source, Optional<List<String>> names, String subject) {
        GitSystem.install();
        try {
            Path temporary = Files.createTempDirectory("pocketpaas-snapshot");
            boolean done = false;
            try {
                Repository created = create(temporary, source);
                LocalRepository repository = new LocalRepository(created);
                ObjectId tree = names.isPresent() ? tree(created, source, names.get()) : WorkingTree.write(created);
                Commit commit = repository.write(tree, null, subject);
                done = true;
                return new Snapshot(temporary, repository, commit);
            } finally {
                if (!done) {
                    delete(temporary);
                }
            }
        } catch (IOException e) {
            throw PocketException.unexpected("no snapshot can be taken of " + source + ": " + e.getMessage(), null, e);
        }
    }

    private static Repository create(Path temporary, Path workTree) throws IOException {
        // Made bare first: JGit would else leave a .git file in the user's directory.
        Path gitDirectory = temporary.resolve("repo.git");
        FileRepositoryBuilder.create(gitDirectory.toFile()).create(true);
        return new FileRepositoryBuilder()
                .setGitDir(gitDirectory.toFile())
                .setWorkTree(workTree.toAbsolutePath().normalize().toFile())
                .build();
    }

    /** Writes a snapshot file by file, for {@code workTree}. */
    public static Writer writer(Path workTree) {
        return new Writer(workTree);
    }

    /** Takes the content of files and then makes one commit of them. Closed before that, it leaves nothing. */
    public static final class Writer implements AutoCloseable {
        private final Path temporary;
        private final Repository repository;
        private final ObjectInserter inserter;
        private boolean done;

        private Writer(Path workTree) {
            GitSystem.install();
            try {
                temporary = Files.createTempDirectory("pocketpaas-snapshot");
                repository = create(temporary, workTree);
            } catch (IOException e) {
                throw PocketException.unexpected("no snapshot can be written: " + e.getMessage(), null, e);
            }
            // One pack and not a file for each content.
            inserter = ((FileRepository) repository).getObjectDatabase().newPackInserter();
        }

        /** The id of the content of {@code size} bytes. */
        public String blob(long size, InputStream in) throws IOException {
            return inserter.insert(Constants.OBJ_BLOB, size, in).name();
        }

        /**
         * The snapshot; the same files, subject and time make the same commit.
         *
         * @param files by their paths
         */
        public Snapshot commit(SortedMap<String, SnapshotFile> files, String subject, Instant time) {
            try {
                DirCache index = DirCache.newInCore();
                DirCacheBuilder builder = index.builder();
                files.forEach((path, file) -> builder.add(entry(path, file)));
                builder.finish();
                ObjectId tree = index.writeTree(inserter);
                inserter.flush();
                LocalRepository local = new LocalRepository(repository);
                Snapshot snapshot = new Snapshot(temporary, local, local.write(tree, null, subject, time));
                done = true;
                return snapshot;
            } catch (IOException e) {
                throw PocketException.unexpected("no snapshot can be written: " + e.getMessage(), null, e);
            }
        }

        private static DirCacheEntry entry(String path, SnapshotFile file) {
            DirCacheEntry entry = new DirCacheEntry(path);
            entry.setFileMode(
                    switch (file.kind()) {
                        case FILE -> FileMode.REGULAR_FILE;
                        case PROGRAM -> FileMode.EXECUTABLE_FILE;
                        case LINK -> FileMode.SYMLINK;
                    });
            entry.setObjectId(ObjectId.fromString(file.blob()));
            return entry;
        }

        @Override
        public void close() {
            inserter.close();
            if (!done) {
                repository.close();
                try {
                    delete(temporary);
                } catch (IOException e) {
                    // It is in the directory for temporary files, which the system cleans.
                    return;
                }
            }
        }
    }

    private static ObjectId tree(Repository repository, Path source, List<String> names) throws IOException {
        try (ObjectInserter inserter = repository.newObjectInserter()) {
            DirCache index = DirCache.newInCore();
            DirCacheBuilder builder = index.builder();
            for (String name : names) {
                if (Files.isRegularFile(source.resolve(name))) {
                    DirCacheEntry entry = new DirCacheEntry(name);
                    entry.setFileMode(FileMode.REGULAR_FILE);
                    entry.setObjectId(inserter.insert(Constants.OBJ_BLOB, Files.readAllBytes(source.resolve(name))));
                    builder.add(entry);
                }
            }
            builder.finish();
            ObjectId tree = index.writeTree(inserter);
            inserter.flush();
            return tree;
        }
    }

    /** The repository that holds it. */
    public LocalRepository repository() {
        return repository;
    }

    /** The one commit. */
    public Commit commit() {
        return commit;
    }

    @Override
    public void close() {
        repository.close();
        try {
            delete(directory);
        } catch (IOException e) {
            // It is in the directory for temporary files, which the system cleans.
            return;
        }
    }

    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @org.jspecify.annotations.Nullable IOException e)
                    throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
