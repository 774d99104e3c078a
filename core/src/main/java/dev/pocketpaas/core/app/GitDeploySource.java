package dev.pocketpaas.core.app;

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
import dev.pocketpaas.core.progress.OperationListener;
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

    private GitDeploySource(LocalRepository repository, Commit original, Commit pushed) {
        this.repository = repository;
        this.original = original;
        this.pushed = pushed;
    }

    /**
     * Prepares {@code commit} of {@code repository}.
     *
     * @throws PocketException when some of its files would not arrive: submodules, Git LFS
     */
    public static GitDeploySource of(LocalRepository repository, Commit commit) {
        refuse(
                repository.submodules(commit),
                "the commit has submodules, which would arrive as empty directories",
                "add their files to the repository (git subtree), or fetch them in the build");
        refuse(
                repository.lfsPointers(commit),
                "the commit has Git LFS pointers instead of the files",
                "the host has no LFS server: add the files to the repository (git lfs migrate export), or fetch"
                        + " them in the build");
        return new GitDeploySource(repository, commit, repository.pushable(commit));
    }

    private static void refuse(List<String> paths, String what, String cure) {
        if (!paths.isEmpty()) {
            String more = paths.size() > MOST_NAMED ? " and " + (paths.size() - MOST_NAMED) + " more" : "";
            throw new PocketException(
                    ExitCode.REFUSED,
                    what,
                    List.of(String.join(", ", paths.subList(0, Math.min(MOST_NAMED, paths.size()))) + more),
                    cure,
                    null);
        }
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
        return repository.changes(live, original);
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
        Upload upload = new Upload(listener);
        PushResult result;
        try (GitPush push = GitPush.open(repository, connection, app)) {
            result = push.push(pushed.id(), ref, true, upload);
        }
        if (!result.isOk()) {
            throw new PocketException(
                    ExitCode.REFUSED,
                    "the host rejected the commit: " + result.reason(),
                    (upload.printed + result.errors())
                            .lines()
                            .filter(line -> !line.isBlank())
                            .toList(),
                    null,
                    null);
        }
    }

    /** What a push says, in lines and in passing. */
    private static final class Upload implements PushListener {
        private final OperationListener listener;
        private final StringBuilder printed = new StringBuilder();
        private int percent = -1;

        Upload(OperationListener listener) {
            this.listener = listener;
        }

        @Override
        public void output(byte[] bytes) {
            printed.append(new String(bytes, StandardCharsets.UTF_8));
        }

        @Override
        public void progress(String task, int done, int total) {
            int now = total <= 0 ? 0 : (int) (100L * done / total);
            if (total > 0 && now != percent) {
                percent = now;
                listener.glimpse(task + " " + now + " %");
            }
        }
    }
}
