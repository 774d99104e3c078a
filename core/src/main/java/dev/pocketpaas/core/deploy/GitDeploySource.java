package dev.pocketpaas.core.deploy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.CodeChange;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.git.CommittedFile;
import dev.pocketpaas.core.git.GitPush;
import dev.pocketpaas.core.git.LocalRepository;
import dev.pocketpaas.core.git.PushListener;
import dev.pocketpaas.core.git.PushResult;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.progress.TransferMeter;
import dev.pocketpaas.core.ssh.SshConnection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A commit of a local repository, ready to be shipped. */
public final class GitDeploySource implements DeploySource {
    private static final int MOST_NAMED = 5;

    private final LocalRepository repository;
    private final Commit original;
    private final Commit pushed;
    private final Optional<String> branch;
    private final String directory;
    private final List<String> include;

    private GitDeploySource(
            LocalRepository repository,
            Commit original,
            Commit pushed,
            Optional<String> branch,
            String directory,
            List<String> include) {
        this.include = include;
        this.repository = repository;
        this.original = original;
        this.pushed = pushed;
        this.branch = branch;
        this.directory = directory;
    }

    /** {@code commit} of {@code repository}. */
    public static GitDeploySource of(LocalRepository repository, Commit commit) {
        return of(repository, commit, Optional.empty());
    }

    /** The same for a commit that {@code branch} stands for. */
    public static GitDeploySource of(LocalRepository repository, Commit commit, Optional<String> branch) {
        return new GitDeploySource(repository, commit, repository.pushable(commit), branch, "", List.of());
    }

    @Override
    public GitDeploySource in(String inner) {
        String path = directory.isEmpty() ? inner : directory + "/" + inner;
        return new GitDeploySource(
                repository, in(original, inner, path), in(pushed, inner, path), branch, path, List.of());
    }

    @Override
    public GitDeploySource including(List<String> paths) {
        if (directory.isEmpty()) {
            throw new PocketException(
                    ExitCode.USAGE,
                    "\"include\" has nothing to add: the app is the whole repository",
                    List.of(),
                    "remove it, or say with \"directory\" where the app is",
                    null);
        }
        return new GitDeploySource(
                repository,
                repository.including(original, directory, paths),
                repository.including(pushed, directory, paths),
                branch,
                directory,
                paths);
    }

    private Commit in(Commit commit, String inner, String path) {
        return repository
                .inDirectory(commit, inner)
                .orElseThrow(() -> new PocketException(
                        ExitCode.REFUSED,
                        "the commit " + original.shortId() + " has no directory " + Printable.of(path),
                        List.of(),
                        "commit its files, or correct \"directory\" in the section build of the manifest",
                        null));
    }

    @Override
    public String directory() {
        return directory;
    }

    @Override
    public void refuseIncomplete() {
        refuse(
                repository.dotGitEntries(original),
                "the commit has entries named .git, or what some file systems take for it, which git checks out nowhere",
                "rename or remove them: git rm -r --cached PATH");
        refuse(
                repository.submodules(original),
                "the commit has submodules, which would arrive as empty directories",
                "add their files to the repository (git subtree), or fetch them in the build");
        refuse(
                repository.lfsPointers(original),
                "the commit has Git LFS pointers instead of the files",
                "the host has no LFS server: add the files to the repository (git lfs migrate export), or fetch"
                        + " them in the build");
    }

    private static void refuse(List<String> paths, String what, String cure) {
        if (!paths.isEmpty()) {
            throw new PocketException(ExitCode.REFUSED, what, List.of(named(paths)), cure, null);
        }
    }

    private static String named(List<String> paths) {
        String more = paths.size() > MOST_NAMED ? " and " + (paths.size() - MOST_NAMED) + " more" : "";
        return String.join(", ", paths.subList(0, Math.min(MOST_NAMED, paths.size()))) + more;
    }

    @Override
    public String commit() {
        return pushed.id();
    }

    @Override
    public Commit described() {
        return original;
    }

    @Override
    public Optional<CodeChange> changesSince(String live) {
        return repository.changes(live, original, directory, include);
    }

    @Override
    public List<String> notes() {
        List<String> links = repository.linksOutside(original);
        return links.isEmpty()
                ? List.of()
                : List.of((links.size() == 1 ? "a symbolic link leads" : "symbolic links lead")
                        + " out of the source, to what is not deployed: " + named(links));
    }

    @Override
    public Optional<String> branch() {
        return branch;
    }

    @Override
    public SourceFiles files() {
        return path -> repository.file(pushed, path).map(CommittedFile::content);
    }

    @Override
    public Optional<String> blobId(String path) {
        return repository.file(pushed, path).map(CommittedFile::blob);
    }

    @Override
    public Optional<Boolean> descendsFrom(List<String> roots) {
        if (!repository.isHistoryComplete()) {
            return Optional.empty();
        }
        return Optional.of(roots.stream().anyMatch(root -> repository.isAncestor(root, original.id())));
    }

    @Override
    public void push(SshConnection connection, AppName app, String ref, OperationListener listener) {
        StringBuilder printed = new StringBuilder();
        PushResult result;
        try (GitPush push = GitPush.open(repository, connection, app)) {
            TransferMeter meter = new TransferMeter("push", System::nanoTime, listener);
            result = push.push(pushed.id(), ref, true, new PushListener() {
                @Override
                public void output(byte[] bytes) {
                    printed.append(new String(bytes, StandardCharsets.UTF_8));
                }

                @Override
                public void sent(long bytes, int percent) {
                    meter.sent(bytes, percent);
                }
            });
        }
        if (!result.isOk()) {
            throw new PocketException(
                    ExitCode.REFUSED,
                    "the host rejected the commit: " + result.reason(),
                    (printed + result.errors())
                            .lines()
                            .filter(line -> !line.isBlank())
                            .toList(),
                    null,
                    null);
        }
    }
}
