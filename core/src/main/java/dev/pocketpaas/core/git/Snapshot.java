package dev.pocketpaas.core.git;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
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
                // Made bare first: JGit would else leave a .git file in the user's directory.
                Path gitDirectory = temporary.resolve("repo.git");
                FileRepositoryBuilder.create(gitDirectory.toFile()).create(true);
                Repository created = new FileRepositoryBuilder()
                        .setGitDir(gitDirectory.toFile())
                        .setWorkTree(source.toAbsolutePath().normalize().toFile())
                        .build();
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
