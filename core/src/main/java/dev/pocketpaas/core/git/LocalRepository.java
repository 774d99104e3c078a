package dev.pocketpaas.core.git;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.Status;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.JGitInternalException;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.submodule.SubmoduleWalk.IgnoreSubmoduleMode;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.WorkingTreeIterator;
import org.eclipse.jgit.treewalk.filter.PathFilter;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.eclipse.jgit.util.FS;

/**
 * The git repository of a project. Nothing here touches the index, HEAD, the stash or the working tree; a snapshot only adds objects that
 * git itself throws away again after a while.
 */
public final class LocalRepository implements AutoCloseable {
    /**
     * Last line of the message of a commit that we made (of a working tree, or without its history), so that nobody takes it for the beginning
     * of a project or for the end of a branch (host programs {@code lib/source.bash}, {@code lib/app.bash}).
     */
    static final String SNAPSHOT_TRAILER = "\n\nPocketPaaS-Snapshot: yes";

    private static final byte[] LFS_POINTER =
            "version https://git-lfs.github.com/spec/v1".getBytes(StandardCharsets.US_ASCII);
    private static final int LARGEST_LFS_POINTER = 1024;
    private static final int LARGEST_TEXT = 8 * 1024 * 1024;

    private final Repository repository;

    LocalRepository(Repository repository) {
        this.repository = repository;
    }

    /**
     * The repository that {@code directory} belongs to, or nothing.
     *
     * @throws PocketException when there is one that cannot be used
     */
    public static Optional<LocalRepository> discover(Path directory) {
        GitSystem.install();
        FileRepositoryBuilder builder = new FileRepositoryBuilder()
                .findGitDir(directory.toAbsolutePath().normalize().toFile());
        if (builder.getGitDir() == null) {
            return Optional.empty();
        }
        try {
            builder.setup();
            refuseSha256(builder.getGitCommonDir() == null ? builder.getGitDir() : builder.getGitCommonDir());
            Repository repository = builder.build();
            if (repository.isBare()) {
                repository.close();
                throw PocketException.usage(
                        "the git repository at " + directory + " is a bare one, with no files to deploy",
                        "run the command in a clone of it");
            }
            return Optional.of(new LocalRepository(repository));
        } catch (IOException | IllegalArgumentException e) {
            throw PocketException.usage(
                    "the git repository at " + directory + " cannot be read: " + e.getMessage(),
                    "\"git status\" there says more");
        }
    }

    private static void refuseSha256(File gitDirectory) throws IOException {
        FileBasedConfig config = new FileBasedConfig(new File(gitDirectory, "config"), FS.DETECTED);
        try {
            config.load();
        } catch (ConfigInvalidException e) {
            throw new IOException("its configuration is damaged: " + e.getMessage(), e);
        }
        String format = config.getString("extensions", null, "objectformat");
        if (format != null && !format.equalsIgnoreCase("sha1")) {
            throw PocketException.usage(
                    "this git repository names its objects by " + Printable.of(format)
                            + ", which PocketPaaS cannot push",
                    "use a repository made with \"git init --object-format=sha1\"");
        }
    }

    Repository jgit() {
        return repository;
    }

    /** The top of the working tree. */
    public Path workTree() {
        return repository.getWorkTree().toPath();
    }

    /** The current branch, or nothing when HEAD is detached. */
    public Optional<String> branch() {
        try {
            String full = repository.getFullBranch();
            return full != null && full.startsWith(Constants.R_HEADS)
                    ? Optional.of(full.substring(Constants.R_HEADS.length()))
                    : Optional.empty();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The names of all branches and tags. */
    public List<String> branchesAndTags() {
        try {
            return Stream.of(Constants.R_HEADS, Constants.R_TAGS)
                    .flatMap(prefix -> names(prefix).stream())
                    .toList();
        } catch (UncheckedIOException e) {
            throw unreadable(e.getCause());
        }
    }

    private List<String> names(String prefix) {
        try {
            return repository.getRefDatabase().getRefsByPrefix(prefix).stream()
                    .map(ref -> ref.getName().substring(prefix.length()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The newest commit of the current branch, or nothing when there is none yet. */
    public Optional<Commit> head() {
        return find(Constants.HEAD);
    }

    /** The newest commit of the current branch; a usage error when there is none yet. */
    public Commit requireHead() {
        return head().orElseThrow(() -> PocketException.usage(
                "this git repository has no commit yet",
                "commit something first: git add . && git commit -m \"First version\""));
    }

    /** The commit that {@code revision} means (a branch, a tag, an id …), or nothing. */
    public Optional<Commit> find(String revision) {
        try (RevWalk walk = new RevWalk(repository)) {
            ObjectId id = repository.resolve(revision + "^{commit}");
            return id == null ? Optional.empty() : Optional.of(commit(walk.parseCommit(id)));
        } catch (MissingObjectException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(e);
        }
    }

    private static Commit commit(RevCommit commit) {
        return new Commit(
                commit.name(),
                commit.getTree().name(),
                commit.getShortMessage(),
                commit.getAuthorIdent().getName(),
                Instant.ofEpochSecond(commit.getCommitTime()));
    }

    /**
     * What differs between the working tree and the newest commit, ignored files aside, in the order of the paths. Nothing where that cannot be
     * told: a commit can be deployed without the index, which only says what is not committed.
     */
    public Optional<List<Change>> uncommitted() {
        Status status;
        try (Git git = new Git(repository)) {
            status = git.status().setIgnoreSubmodules(IgnoreSubmoduleMode.ALL).call();
        } catch (GitAPIException | JGitInternalException | IllegalArgumentException e) {
            return new GitProgram(repository).status();
        }
        boolean unreadable = Stream.of(
                        status.getUntracked(), status.getUntrackedFolders(), status.getIgnoredNotInIndex())
                .flatMap(Set::stream)
                .anyMatch(WorkingTree::isUnreadableName);
        return unreadable ? new GitProgram(repository).status() : Optional.of(changes(status));
    }

    private static List<Change> changes(Status status) {
        Set<String> seen = new TreeSet<>();
        List<Change> changes = new ArrayList<>();
        add(changes, seen, Change.Kind.CONFLICTING, status.getConflicting());
        add(changes, seen, Change.Kind.DELETED, status.getMissing());
        add(changes, seen, Change.Kind.DELETED, status.getRemoved());
        add(changes, seen, Change.Kind.ADDED, status.getAdded());
        add(changes, seen, Change.Kind.MODIFIED, status.getChanged());
        add(changes, seen, Change.Kind.MODIFIED, status.getModified());
        add(changes, seen, Change.Kind.UNTRACKED, status.getUntracked());
        changes.sort(Comparator.comparing(Change::path));
        return List.copyOf(changes);
    }

    private static void add(List<Change> changes, Set<String> seen, Change.Kind kind, Set<String> paths) {
        for (String path : paths) {
            if (seen.add(path)) {
                changes.add(new Change(kind, path));
            }
        }
    }

    /**
     * A commit of the working tree as it is, with files that git does not know but without ignored ones, on top of the newest commit where
     * its history is whole. Only objects are written.
     */
    public Commit snapshotWorkingTree() {
        Optional<Commit> head = head();
        ObjectId tree = WorkingTree.write(repository);
        boolean onTop = head.isPresent() && isHistoryComplete();
        return write(
                tree,
                onTop ? head.get().id() : null,
                "Working tree" + head.map(commit -> " on " + commit.shortId()).orElse(""));
    }

    /**
     * The commit to push in place of {@code commit}: itself, or, where part of the history is missing here (a shallow or partial clone, as CI
     * makes them), one of the same tree with no parent, always with the same id.
     */
    public Commit pushable(Commit commit) {
        if (isHistoryComplete()) {
            return commit;
        }
        try (RevWalk walk = new RevWalk(repository);
                ObjectInserter inserter = repository.newObjectInserter()) {
            RevCommit original = walk.parseCommit(ObjectId.fromString(commit.id()));
            CommitBuilder builder = new CommitBuilder();
            builder.setTreeId(original.getTree());
            builder.setAuthor(original.getAuthorIdent());
            builder.setCommitter(original.getCommitterIdent());
            builder.setMessage(original.getFullMessage() + "\n\n(history not pushed; commit " + commit.id() + ")"
                    + SNAPSHOT_TRAILER + "\n");
            ObjectId id = inserter.insert(builder);
            inserter.flush();
            return commit(walk.parseCommit(id));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    Commit write(ObjectId tree, @org.jspecify.annotations.Nullable String parent, String message) {
        return write(tree, parent, message, Instant.now());
    }

    Commit write(ObjectId tree, @org.jspecify.annotations.Nullable String parent, String message, Instant time) {
        try (RevWalk walk = new RevWalk(repository);
                ObjectInserter inserter = repository.newObjectInserter()) {
            CommitBuilder builder = new CommitBuilder();
            builder.setTreeId(tree);
            if (parent != null) {
                builder.setParentId(ObjectId.fromString(parent));
            }
            builder.setAuthor(Author.of(repository, time));
            builder.setCommitter(Author.of(repository, time));
            builder.setMessage(message + SNAPSHOT_TRAILER + "\n");
            ObjectId id = inserter.insert(builder);
            inserter.flush();
            return commit(walk.parseCommit(id));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Whether every commit back to the first is here: not so in shallow and partial clones. */
    public boolean isHistoryComplete() {
        try {
            if (!repository.getObjectDatabase().getShallowCommits().isEmpty()) {
                return false;
            }
            StoredConfig config = repository.getConfig();
            return config.getString("extensions", null, "partialclone") == null
                    && config.getSubsections("remote").stream()
                            .noneMatch(remote -> config.getBoolean("remote", remote, "promisor", false));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The file at {@code path} in {@code commit}, or nothing. */
    public Optional<CommittedFile> file(Commit commit, String path) {
        try (ObjectReader reader = repository.newObjectReader();
                TreeWalk walk = TreeWalk.forPath(reader, path, ObjectId.fromString(commit.tree()))) {
            // A symbolic link is no file: what it points to is not shipped with it.
            if (walk == null || (walk.getRawMode(0) & FileMode.TYPE_MASK) != FileMode.TYPE_FILE) {
                return Optional.empty();
            }
            ObjectId blob = walk.getObjectId(0);
            return Optional.of(new CommittedFile(blob.name(), reader.open(blob).getBytes(LARGEST_TEXT)));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** {@code commit} as if {@code directory} were its top; nothing where it has no such directory. */
    public Optional<Commit> inDirectory(Commit commit, String directory) {
        try (ObjectReader reader = repository.newObjectReader();
                TreeWalk walk = TreeWalk.forPath(reader, directory, ObjectId.fromString(commit.tree()))) {
            return walk == null || !FileMode.TREE.equals(walk.getRawMode(0))
                    ? Optional.empty()
                    : Optional.of(commit.withTree(walk.getObjectId(0).name()));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * {@code commit}, whose tree is that of {@code directory}, with what is at {@code paths} of the whole commit at these paths, too. The tree is stored as an
     * object.
     *
     * @throws PocketException when the commit has no such path, or the directory one of its own
     */
    public Commit including(Commit commit, String directory, List<String> paths) {
        return commit.withTree(new IncludedPaths(repository, commit, directory).tree(paths));
    }

    /** What git makes of the file at {@code path} of the working tree. */
    public FileStatus standing(String path) {
        try (ObjectReader reader = repository.newObjectReader();
                TreeWalk walk = new TreeWalk(repository, reader)) {
            Optional<Commit> head = head();
            if (isInIndex(path) || (head.isPresent() && file(head.get(), path).isPresent())) {
                return FileStatus.TRACKED;
            }
            walk.addTree(new FileTreeIterator(repository));
            walk.setFilter(PathFilter.create(path));
            while (walk.next()) {
                WorkingTreeIterator file = walk.getTree(0, WorkingTreeIterator.class);
                if (file.isEntryIgnored()) {
                    return FileStatus.IGNORED;
                }
                if (walk.isSubtree()) {
                    walk.enterSubtree();
                }
            }
            return FileStatus.UNTRACKED;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private boolean isInIndex(String path) {
        try {
            return repository.readDirCache().getEntry(path) != null;
        } catch (IOException | IllegalArgumentException e) {
            // What JGit cannot read, git can. Where there is none, the newest commit alone says what is known to git.
            return new GitProgram(repository).isTracked(path).orElse(false);
        }
    }

    /** The id that {@code content} has, or would have, as a file in git. */
    public static String blobId(byte[] content) {
        try (ObjectInserter.Formatter formatter = new ObjectInserter.Formatter()) {
            return formatter.idFor(Constants.OBJ_BLOB, content).name();
        }
    }

    /** The paths of submodules in {@code commit}; a push carries only their names. */
    public List<String> submodules(Commit commit) {
        List<String> paths = new ArrayList<>();
        try (TreeWalk walk = walk(commit)) {
            while (walk.next()) {
                if (FileMode.GITLINK.equals(walk.getRawMode(0))) {
                    paths.add(walk.getPathString());
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        return List.copyOf(paths);
    }

    /**
     * The paths in {@code commit} that git itself would check out nowhere, as they are {@code .git} on some file system (git-fsck(1),
     * {@code hasDotgit}).
     */
    public List<String> dotGitEntries(Commit commit) {
        List<String> paths = new ArrayList<>();
        try (TreeWalk walk = walk(commit)) {
            walk.setRecursive(false);
            while (walk.next()) {
                if (DotGit.is(walk.getNameString())) {
                    paths.add(walk.getPathString());
                } else if (walk.isSubtree()) {
                    walk.enterSubtree();
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        return List.copyOf(paths);
    }

    /** The symbolic links in {@code commit} that are relative and lead out of the source. */
    public List<String> linksOutside(Commit commit) {
        List<String> paths = new ArrayList<>();
        try (ObjectReader reader = repository.newObjectReader();
                TreeWalk walk = walk(commit)) {
            while (walk.next()) {
                if (FileMode.SYMLINK.equals(walk.getRawMode(0))) {
                    String target = new String(
                            reader.open(walk.getObjectId(0), Constants.OBJ_BLOB).getBytes(LARGEST_TEXT),
                            StandardCharsets.UTF_8);
                    if (leadsOut(walk.getDepth(), target)) {
                        paths.add(walk.getPathString());
                    }
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        return List.copyOf(paths);
    }

    /** Whether {@code target}, of a link that lies in {@code depth} directories, goes above the top. */
    private static boolean leadsOut(int depth, String target) {
        int level = target.startsWith("/") ? Integer.MAX_VALUE / 2 : depth;
        for (String name : target.split("/")) {
            if (name.equals("..")) {
                level--;
            } else if (!name.isEmpty() && !name.equals(".")) {
                level++;
            }
            if (level < 0) {
                return true;
            }
        }
        return false;
    }

    /** The paths whose content is not in git but in Git LFS; a push carries only pointers to them. */
    public List<String> lfsPointers(Commit commit) {
        List<String> paths = new ArrayList<>();
        try (ObjectReader reader = repository.newObjectReader();
                TreeWalk walk = walk(commit)) {
            if (!mentionsLfs(commit, reader)) {
                return List.of();
            }
            while (walk.next()) {
                if ((walk.getRawMode(0) & FileMode.TYPE_MASK) == FileMode.TYPE_FILE
                        && isPointer(reader, walk.getObjectId(0))) {
                    paths.add(walk.getPathString());
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        return List.copyOf(paths);
    }

    /** Looks at every {@code .gitattributes} first: few projects use LFS, and opening every blob of a large one takes long. */
    private boolean mentionsLfs(Commit commit, ObjectReader reader) throws IOException {
        try (TreeWalk walk = walk(commit)) {
            while (walk.next()) {
                if (walk.getNameString().equals(Constants.DOT_GIT_ATTRIBUTES)
                        && (walk.getRawMode(0) & FileMode.TYPE_MASK) == FileMode.TYPE_FILE) {
                    ByteArrayOutputStream text = new ByteArrayOutputStream();
                    reader.open(walk.getObjectId(0)).copyTo(text);
                    if (text.toString(StandardCharsets.UTF_8).contains("lfs")) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean isPointer(ObjectReader reader, ObjectId blob) throws IOException {
        ObjectLoader loader = reader.open(blob, Constants.OBJ_BLOB);
        if (loader.getSize() > LARGEST_LFS_POINTER || loader.getSize() < LFS_POINTER.length) {
            return false;
        }
        byte[] bytes = loader.getBytes();
        return java.util.Arrays.equals(bytes, 0, LFS_POINTER.length, LFS_POINTER, 0, LFS_POINTER.length);
    }

    private TreeWalk walk(Commit commit) throws IOException {
        TreeWalk walk = new TreeWalk(repository);
        walk.addTree(ObjectId.fromString(commit.tree()));
        walk.setRecursive(true);
        return walk;
    }

    /** Whether {@code ancestor} is in the history of {@code descendant}; not so when either is unknown here. */
    public boolean isAncestor(String ancestor, String descendant) {
        try (RevWalk walk = new RevWalk(repository)) {
            return has(ancestor)
                    && has(descendant)
                    && walk.isMergedInto(
                            walk.parseCommit(ObjectId.fromString(ancestor)),
                            walk.parseCommit(ObjectId.fromString(descendant)));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * What lies between {@code from} and {@code to}; empty where a part of their history is not here.
     *
     * @param directory the one that {@code to} is of ({@link #inDirectory}); empty for the top. Only files in it are told
     * @param include the paths that it has of the whole commit ({@link #including})
     */
    public Optional<CodeChange> changes(String from, Commit to, String directory, List<String> include) {
        if (!isHistoryComplete()) {
            return Optional.empty();
        }
        return find(from).map(old -> {
            Optional<Commit> before = directory.isEmpty() ? Optional.of(old) : inDirectory(old, directory);
            if (!include.isEmpty()) {
                before = before.map(app -> new IncludedPaths(repository, app, directory).treeOfThose(include))
                        .map(old::withTree);
            }
            return new CodeChange(between(old.id(), to.id()), between(to.id(), old.id()), differing(before, to));
        });
    }

    /** The commits that {@code to} has and {@code from} has not, the newest first. */
    private List<Commit> between(String from, String to) {
        List<Commit> commits = new ArrayList<>();
        try (RevWalk walk = new RevWalk(repository)) {
            walk.markStart(walk.parseCommit(ObjectId.fromString(to)));
            walk.markUninteresting(walk.parseCommit(ObjectId.fromString(from)));
            walk.forEach(commit -> commits.add(commit(commit)));
            return commits;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private List<String> differing(Optional<Commit> one, Commit other) {
        List<String> paths = new ArrayList<>();
        try (TreeWalk walk = walk(other)) {
            if (one.isPresent()) {
                walk.addTree(ObjectId.fromString(one.get().tree()));
            } else {
                walk.addTree(new EmptyTreeIterator());
            }
            walk.setFilter(TreeFilter.ANY_DIFF);
            while (walk.next()) {
                paths.add(walk.getPathString());
            }
            return paths;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Whether the commit {@code id} is here. */
    public boolean has(String id) {
        return ObjectId.isId(id) && find(id).isPresent();
    }

    /** The address of the remote {@code name}. */
    public Optional<String> remoteUrl(String name) {
        return Optional.ofNullable(repository.getConfig().getString("remote", name, "url"));
    }

    /** Makes the remote {@code name} point at {@code url}; whoever calls makes sure that it is ours to change. */
    public RemoteChange addRemote(String name, String url) {
        Optional<String> present = remoteUrl(name);
        if (present.isPresent() && present.get().equals(url)) {
            return RemoteChange.UNCHANGED;
        }
        StoredConfig config = repository.getConfig();
        config.setString("remote", name, "url", url);
        if (config.getString("remote", name, "fetch") == null) {
            config.setString("remote", name, "fetch", "+refs/heads/*:refs/remotes/" + name + "/*");
        }
        try {
            config.save();
        } catch (IOException e) {
            throw PocketException.unexpected("the git remote " + name + " cannot be saved: " + e.getMessage(), null, e);
        }
        return present.isPresent() ? RemoteChange.UPDATED : RemoteChange.ADDED;
    }

    /** Has git call {@code command} for ssh in this repository; false where it calls something of the user's already. */
    public boolean setSshCommand(String command) {
        StoredConfig config = repository.getConfig();
        String present = config.getString("core", null, "sshCommand");
        if (present != null) {
            return present.equals(command);
        }
        config.setString("core", null, "sshCommand", command);
        try {
            config.save();
        } catch (IOException e) {
            throw PocketException.unexpected("core.sshCommand cannot be saved: " + e.getMessage(), null, e);
        }
        return true;
    }

    static PocketException unreadable(Exception e) {
        String missing = e instanceof MissingObjectException ? "an object is missing: " : "";
        return PocketException.unexpected(
                "the git repository cannot be read: " + missing + e.getMessage(), "\"git fsck\" says more", e);
    }

    @Override
    public void close() {
        repository.close();
    }
}
