package dev.pocketpaas.core.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is read from a repository, against what git itself says. */
@Timeout(60)
class LocalRepositoryTest {
    @TempDir
    Path directory;

    @Test
    void findsTheRepositoryAboveADirectory() {
        GitProject project = GitProject.init(directory.resolve("a")).write("deep/down/file", "x");
        project.commit("First");
        try (LocalRepository repository =
                LocalRepository.discover(directory.resolve("a/deep/down")).orElseThrow()) {
            assertThat(repository.workTree()).isEqualTo(directory.resolve("a"));
        }
        assertThat(LocalRepository.discover(directory)).isEmpty();
    }

    @Test
    void knowsBranchHeadAndCommit() {
        GitProject project = GitProject.init(directory).write("a", "1");
        String id = project.commit("A subject\n\nand a body");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.branch()).hasValue("main");
            Commit head = repository.requireHead();
            assertThat(head.id()).isEqualTo(id);
            assertThat(head.tree()).isEqualTo(project.git("rev-parse", "HEAD^{tree}"));
            assertThat(head.subject()).isEqualTo("A subject");
            assertThat(head.author()).isEqualTo("Ada");
            assertThat(head.shortId()).isEqualTo(id.substring(0, 7));
            assertThat(head.committed().getEpochSecond()).hasToString(project.git("log", "-1", "--format=%ct"));
            assertThat(repository.find("main")).hasValue(head);
            assertThat(repository.find("nothing-of-the-kind")).isEmpty();
            project.git("checkout", "-q", "--detach");
            assertThat(repository.branch()).isEmpty();
            assertThat(repository.head()).hasValue(head);
        }
    }

    @Test
    void anEmptyRepositoryHasAMessageOfItsOwn() {
        try (LocalRepository repository = GitProject.init(directory).open()) {
            assertThat(repository.head()).isEmpty();
            assertThat(repository.branch()).hasValue("main");
            assertThatThrownBy(repository::requireHead)
                    .isInstanceOf(PocketException.class)
                    .hasMessageContaining("no commit yet");
        }
    }

    @Test
    void refusesWhatItCannotPush() {
        GitProject.init(directory.resolve("sha256"), "--object-format=sha256");
        assertThatThrownBy(() -> LocalRepository.discover(directory.resolve("sha256")))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining("sha256");
        GitProject.init(directory.resolve("bare"), "--bare");
        assertThatThrownBy(() -> LocalRepository.discover(directory.resolve("bare")))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining("bare");
    }

    @Test
    void listsUncommittedPathsAsGitDoes() throws IOException {
        GitProject project = GitProject.init(directory)
                .write("kept", "1")
                .write("changed", "1")
                .write("gone", "1")
                .write("staged", "1")
                .write(".gitignore", "ignored\nnode_modules/\n");
        project.commit("First");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.uncommitted().orElseThrow()).isEmpty();
            project.write("changed", "2")
                    .write("staged", "2")
                    .write("new/untracked", "1")
                    .write("added", "1");
            project.write("ignored", "1").write("node_modules/x/y", "1");
            project.git("add", "staged", "added");
            Files.delete(directory.resolve("gone"));
            assertThat(repository.uncommitted().orElseThrow())
                    .containsExactly(
                            new Change(Change.Kind.ADDED, "added"),
                            new Change(Change.Kind.MODIFIED, "changed"),
                            new Change(Change.Kind.DELETED, "gone"),
                            new Change(Change.Kind.UNTRACKED, "new/untracked"),
                            new Change(Change.Kind.MODIFIED, "staged"));
        }
    }

    @Test
    void theUsersGlobalIgnoresCount() {
        GitProject project =
                GitProject.init(directory.resolve("p")).write("a", "1").write("x.swp", "1");
        project.git("config", "core.excludesFile", directory.resolve("ignores").toString());
        GitProject.at(directory).write("ignores", "*.swp\n");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.uncommitted().orElseThrow()).containsExactly(new Change(Change.Kind.UNTRACKED, "a"));
        }
    }

    @Test
    void aSnapshotIsTheWorkingTreeAndTouchesNothing() throws IOException {
        GitProject project = GitProject.init(directory)
                .write("kept", "1")
                .write("changed", "1")
                .write("gone", "1")
                .write("dir/file", "1")
                .write("tracked-but-ignored", "1");
        project.commit("First");
        project.write(".gitignore", "ignored\ntracked-but-ignored\n")
                .write("ignored", "1")
                .write("changed", "2");
        project.write("staged", "s");
        project.git("add", "staged");
        project.write("staged", "later").write("new/run.sh", "#!/bin/sh\n");
        Files.setPosixFilePermissions(directory.resolve("new/run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(directory.resolve("link"), Path.of("kept"));
        Files.delete(directory.resolve("gone"));
        Files.delete(directory.resolve("dir/file"));
        Files.delete(directory.resolve("dir"));
        Files.writeString(directory.resolve("dir"), "now a file");
        String before = state(project);
        try (LocalRepository repository = project.open()) {
            Commit snapshot = repository.snapshotWorkingTree();
            assertThat(state(project)).isEqualTo(before);
            assertThat(project.git("rev-parse", snapshot.id() + "^")).isEqualTo(project.git("rev-parse", "HEAD"));
            String expected = asGitWouldAddIt(project);
            assertThat(snapshot.tree()).isEqualTo(expected);
            assertThat(project.git("ls-tree", "-r", "--name-only", snapshot.id())
                            .lines())
                    .containsExactly(
                            ".gitignore",
                            "changed",
                            "dir",
                            "kept",
                            "link",
                            "new/run.sh",
                            "staged",
                            "tracked-but-ignored");
            assertThat(project.git("ls-tree", snapshot.id(), "new/run.sh")).startsWith("100755");
            assertThat(project.git("ls-tree", snapshot.id(), "link")).startsWith("120000");
        }
        project.git("fsck", "--strict");
    }

    private static String state(GitProject project) {
        return project.git("status", "--porcelain")
                + project.git("rev-parse", "HEAD")
                + project.git("diff", "--cached")
                + project.git("for-each-ref");
    }

    private String asGitWouldAddIt(GitProject project) {
        project.git("add", "-A");
        return project.git("write-tree");
    }

    @Test
    void aSnapshotNormalisesLineEndsAsGitDoes() {
        GitProject project = GitProject.init(directory)
                .write(".gitattributes", "* text=auto\n")
                .write("a", "1\n");
        project.commit("First");
        project.write("a", "1\r\n2\r\n");
        try (LocalRepository repository = project.open()) {
            Commit snapshot = repository.snapshotWorkingTree();
            assertThat(snapshot.tree()).isEqualTo(asGitWouldAddIt(project));
        }
    }

    @Test
    void aSnapshotOfARepositoryWithoutCommitsHasNoParent() {
        GitProject project = GitProject.init(directory).write("a", "1");
        try (LocalRepository repository = project.open()) {
            Commit snapshot = repository.snapshotWorkingTree();
            assertThat(project.git("rev-list", "--count", snapshot.id())).isEqualTo("1");
            assertThat(repository.head()).isEmpty();
        }
    }

    @Test
    void aSnapshotDuringAMergeTakesWhatIsThere() {
        GitProject project = GitProject.init(directory).write("a", "1\n");
        project.commit("First");
        project.git("checkout", "-q", "-b", "side");
        project.write("a", "side\n").commit("Side");
        project.git("checkout", "-q", "main");
        project.write("a", "main\n").commit("Main");
        assertThatThrownBy(() -> project.git("merge", "-q", "side")).isInstanceOf(AssertionError.class);
        project.write("a", "resolved\n");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.uncommitted().orElseThrow())
                    .containsExactly(new Change(Change.Kind.CONFLICTING, "a"));
            assertThat(project.git("show", repository.snapshotWorkingTree().id() + ":a"))
                    .isEqualTo("resolved");
        }
    }

    @Test
    void aRepositoryInsideTheWorkingTreeIsNotSilentlyLeftOut() {
        GitProject project = GitProject.init(directory).write("a", "1");
        project.commit("First");
        GitProject.init(directory.resolve("nested")).write("b", "1").commit("Nested");
        try (LocalRepository repository = project.open()) {
            assertThatThrownBy(repository::snapshotWorkingTree)
                    .isInstanceOf(PocketException.class)
                    .hasMessageContaining("nested");
        }
    }

    @Test
    void aSplitIndexIsReadByGitItself() {
        GitProject project = GitProject.init(directory).write("a", "1").write("b", "1");
        project.commit("First");
        project.git("update-index", "--split-index");
        likeGit(project);
    }

    @Test
    void aSparseIndexIsReadByGitItself() {
        GitProject project = GitProject.init(directory).write("a", "1").write("in/a", "1");
        project.write("out/a", "1").write("out/deep/b", "1");
        project.commit("First");
        project.git("sparse-checkout", "set", "--sparse-index", "in");
        assertThat(directory.resolve("out/a")).doesNotExist();
        try (LocalRepository repository = project.open()) {
            project.write("in/a", "2");
            assertThat(repository.uncommitted()).hasValue(List.of(new Change(Change.Kind.MODIFIED, "in/a")));
            // What is not checked out is shipped nevertheless, as git would commit it.
            assertThat(project.git(
                            "ls-tree",
                            "-r",
                            "--name-only",
                            repository.snapshotWorkingTree().id()))
                    .isEqualTo("a\nin/a\nout/a\nout/deep/b");
        }
    }

    private void likeGit(GitProject project) {
        try (LocalRepository repository = project.open()) {
            assertThat(repository.requireHead().subject()).isEqualTo("First");
            assertThat(repository.uncommitted()).hasValue(List.of());
            project.write("a", "2").write("new", "1").write("secret", "1").write(".gitignore", "secret\n");
            assertThat(repository.uncommitted())
                    .hasValue(List.of(
                            new Change(Change.Kind.UNTRACKED, ".gitignore"),
                            new Change(Change.Kind.MODIFIED, "a"),
                            new Change(Change.Kind.UNTRACKED, "new")));
            assertThat(repository.standing("a")).isEqualTo(FileStatus.TRACKED);
            assertThat(repository.standing("secret")).isEqualTo(FileStatus.IGNORED);
            assertThat(repository.standing("new")).isEqualTo(FileStatus.UNTRACKED);
            project.git("add", "new");
            assertThat(repository.standing("new")).isEqualTo(FileStatus.TRACKED);
            String before = state(project);
            Commit snapshot = repository.snapshotWorkingTree();
            assertThat(state(project)).isEqualTo(before);
            assertThat(snapshot.tree()).isEqualTo(asGitWouldAddIt(project));
        }
    }

    @Test
    void anIndexThatNobodyCanReadStopsNoDeployOfACommit() throws IOException {
        GitProject project = GitProject.init(directory).write("a", "1");
        project.commit("First");
        Files.writeString(directory.resolve(".git/index"), "this is no index");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.requireHead().subject()).isEqualTo("First");
            assertThat(repository.uncommitted()).isEmpty();
            assertThat(repository.standing("a")).isEqualTo(FileStatus.TRACKED);
            assertThat(repository.standing("b")).isEqualTo(FileStatus.UNTRACKED);
            assertThatThrownBy(repository::snapshotWorkingTree)
                    .isInstanceOf(PocketException.class)
                    .hasMessageContaining("git cannot read the working tree");
        }
    }

    @Test
    void fileNamesThatAreNoUtf8() throws IOException {
        GitProject project = GitProject.init(directory).write("a", "1");
        shell(
                "printf one > \"$(printf 'caf\\351.txt')\"; mkdir \"$(printf 'd\\344')\"; printf 1 > \"$(printf 'd\\344')/x\"");
        project.commit("First");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.uncommitted()).hasValue(List.of());
            Commit clean = repository.snapshotWorkingTree();
            assertThat(clean.tree()).isEqualTo(project.git("rev-parse", "HEAD^{tree}"));
            shell("printf two > \"$(printf 'caf\\351.txt')\"; printf 1 > \"$(printf 'n\\374')\"");
            assertThat(repository.uncommitted())
                    .hasValue(List.of(
                            new Change(Change.Kind.MODIFIED, "caf\u00e9.txt"),
                            new Change(Change.Kind.UNTRACKED, "n\u00fc")));
            String before = state(project);
            Commit snapshot = repository.snapshotWorkingTree();
            assertThat(state(project)).isEqualTo(before);
            assertThat(snapshot.tree()).isEqualTo(asGitWouldAddIt(project));
        }
    }

    @Test
    void aPlainDirectoryWithNamesThatAreNoUtf8() throws IOException {
        shell("printf one > \"$(printf 'caf\\351.txt')\"");
        try (Snapshot snapshot = Snapshot.ofDirectory(directory)) {
            assertThat(snapshot.repository().uncommitted()).isPresent();
            Files.createDirectories(directory.resolve("x"));
            GitProject project = GitProject.init(directory.resolve("x/y"));
            shell("cp caf* x/y/");
            project.git("add", "-A");
            assertThat(snapshot.commit().tree()).isEqualTo(project.git("write-tree"));
        }
    }

    private void shell(String script) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", script)
                .directory(directory.toFile())
                .inheritIO()
                .start();
        try {
            assertThat(process.waitFor()).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    void entriesThatAreDotGitSomewhereAreNamed() {
        GitProject project = GitProject.init(directory).write("a", "1").write(".gitignore", "");
        String blob = project.git("hash-object", "-w", "a");
        for (String name : List.of(
                "sub/.git", ".GIT", "x/.Git/config", ".git ", "git~1", ".git. .", ".g\u200cit", "y/.git::$INDEX")) {
            assertThat(DotGit.is(name.contains("config") ? ".Git" : name.substring(name.indexOf('/') + 1)))
                    .as(name)
                    .isTrue();
        }
        for (String name :
                List.of(".gitignore", ".github", "git", ".git-keep", "git~2", ".gitmodules", "a.git", ".git x")) {
            assertThat(DotGit.is(name)).as(name).isFalse();
        }
        String inner = project.gitWithInput("100644 blob " + blob + "\tconfig\n", "mktree");
        String sub = project.gitWithInput("040000 tree " + inner + "\t.GIT\n100644 blob " + blob + "\tok\n", "mktree");
        String tree = project.gitWithInput("100644 blob " + blob + "\t.git \n040000 tree " + sub + "\tsub\n", "mktree");
        String commit = project.git("commit-tree", "-m", "x", tree);
        try (LocalRepository repository = project.open()) {
            assertThat(repository.dotGitEntries(repository.find(commit).orElseThrow()))
                    .containsExactly(".git ", "sub/.GIT");
        }
    }

    @Test
    void linksThatLeadOutAreNamed() throws IOException {
        GitProject project = GitProject.init(directory).write("a", "1").write("d/e/f", "1");
        for (String[] link : new String[][] {
            {"in", "d/e/f"},
            {"d/up", "../a"},
            {"d/e/out", "../../../etc/passwd"},
            {"out", "../x"},
            {"around", "d/../../x"},
            {"absolute", "/etc/passwd"},
            {"nowhere", "missing"}
        }) {
            Files.createSymbolicLink(directory.resolve(link[0]), Path.of(link[1]));
        }
        project.commit("First");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.linksOutside(repository.requireHead())).containsExactly("around", "d/e/out", "out");
        }
    }

    @Test
    void anAnnotatedTagIsItsCommit() {
        GitProject project = GitProject.init(directory).write("a", "1");
        String id = project.commit("First");
        project.git("tag", "-a", "-m", "Release", "v1.0");
        project.git("tag", "-a", "-m", "Again", "v1.0-again", "v1.0");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.find("refs/tags/v1.0").orElseThrow().id()).isEqualTo(id);
            assertThat(repository.find("refs/tags/v1.0-again").orElseThrow().id())
                    .isEqualTo(id);
        }
    }

    @Test
    void aPlainDirectoryBecomesOneCommit() throws IOException {
        Path site = directory.resolve("site");
        GitProject.at(site)
                .write("index.html", "hi")
                .write(".gitignore", "*.log\n")
                .write("x.log", "no")
                .write("bin/run", "#!");
        Files.setPosixFilePermissions(site.resolve("bin/run"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Path gitDirectory;
        try (Snapshot snapshot = Snapshot.ofDirectory(site)) {
            gitDirectory = snapshot.repository().jgit().getDirectory().toPath();
            Commit commit = snapshot.commit();
            assertThat(GitProject.git(gitDirectory, "ls-tree", "-r", "--format=%(objectmode) %(path)", commit.id())
                            .lines())
                    .containsExactly("100644 .gitignore", "100755 bin/run", "100644 index.html");
            assertThat(snapshot.repository()
                            .file(commit, "index.html")
                            .orElseThrow()
                            .content())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("hi");
        }
        assertThat(gitDirectory).doesNotExist();
        assertThat(site.resolve(".git")).doesNotExist();
    }

    @Test
    void readsFilesAndTheirIdsOfACommit() {
        GitProject project = GitProject.init(directory)
                .write("pocketpaas.yml", "app: shop\n")
                .write("dir/a", "1");
        project.commit("First");
        project.write("pocketpaas.yml", "app: other\n");
        try (LocalRepository repository = project.open()) {
            Commit head = repository.requireHead();
            CommittedFile file = repository.file(head, "pocketpaas.yml").orElseThrow();
            assertThat(file.blob()).isEqualTo(project.git("rev-parse", "HEAD:pocketpaas.yml"));
            assertThat(file.content()).asString(StandardCharsets.UTF_8).isEqualTo("app: shop\n");
            assertThat(LocalRepository.blobId(file.content())).isEqualTo(file.blob());
            assertThat(repository.file(head, "app.json")).isEmpty();
            assertThat(repository.file(head, "dir")).isEmpty();
        }
    }

    @Test
    void namesSubmodulesAndLfsPointers() {
        GitProject library = GitProject.init(directory.resolve("library")).write("l", "1");
        library.commit("Library");
        GitProject project = GitProject.init(directory.resolve("p"))
                .write("small", "not a pointer")
                .write("media/.gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
                .write(
                        "media/a.bin",
                        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 3\n");
        project.git("-c", "filter.lfs.clean=cat", "add", "-A");
        project.git("submodule", "add", "-q", library.directory().toString(), "vendor/library");
        project.git("commit", "-q", "-m", "First");
        try (LocalRepository repository = project.open()) {
            Commit head = repository.requireHead();
            assertThat(repository.submodules(head)).containsExactly("vendor/library");
            assertThat(repository.lfsPointers(head)).containsExactly("media/a.bin");
        }
        try (LocalRepository repository = library.open()) {
            assertThat(repository.submodules(repository.requireHead())).isEmpty();
            assertThat(repository.lfsPointers(repository.requireHead())).isEmpty();
        }
    }

    @Test
    void saysWhatLiesBetweenTwoCommits() {
        GitProject project = GitProject.init(directory.resolve("between"));
        String base = project.write("a", "1").commit("base");
        project.git("checkout", "-q", "-b", "other");
        String left = project.write("b", "1").commit("left");
        project.git("checkout", "-q", "main");
        project.write("c", "1").commit("one");
        project.write("d/e", "1").write("a", "2").commit("two");
        try (LocalRepository repository = project.open()) {
            CodeChange change = repository
                    .changes(left, repository.requireHead(), "", List.of())
                    .orElseThrow();

            assertThat(change.added()).extracting(Commit::subject).containsExactly("two", "one");
            assertThat(change.removed()).extracting(Commit::subject).containsExactly("left");
            assertThat(change.files()).containsExactly("a", "b", "c", "d/e");
            assertThat(change.goesBack()).isFalse();
            assertThat(repository
                            .changes(left, repository.find(base).orElseThrow(), "", List.of())
                            .orElseThrow()
                            .goesBack())
                    .isTrue();
            assertThat(repository.changes("0".repeat(39) + "1", repository.requireHead(), "", List.of()))
                    .isEmpty();
        }
    }

    @Test
    void aDirectoryOfACommitIsLookedAtAsIfItWereAll() {
        GitProject project = GitProject.init(directory.resolve("several"));
        String base = project.write("README", "1").commit("base");
        String first = project.write("services/api/a", "1")
                .write("services/web/a", "1")
                .commit("services");
        String second = project.write("services/web/a", "2").commit("the web");
        try (LocalRepository repository = project.open()) {
            Commit head = repository.requireHead();
            Commit api = repository.inDirectory(head, "services/api").orElseThrow();

            assertThat(api.id()).isEqualTo(head.id());
            assertThat(repository.file(api, "a")).isPresent();
            assertThat(repository.file(api, "README")).isEmpty();
            assertThat(api.tree())
                    .isEqualTo(repository
                            .inDirectory(repository.find(first).orElseThrow(), "services/api")
                            .orElseThrow()
                            .tree());
            assertThat(repository.inDirectory(head, "services/none")).isEmpty();
            assertThat(repository.inDirectory(head, "README")).isEmpty();
            assertThat(repository.changes(first, api, "services/api", List.of()).orElseThrow())
                    .satisfies(change -> assertThat(change.files()).isEmpty())
                    .satisfies(change -> assertThat(change.added()).hasSize(1));
            assertThat(repository
                            .changes(base, api, "services/api", List.of())
                            .orElseThrow()
                            .files())
                    .containsExactly("a");
            assertThat(second).isEqualTo(head.id());
        }
    }

    @Test
    void whatADirectoryIncludesIsInItsTree() {
        GitProject project = GitProject.init(directory.resolve("including"));
        String first = project.write("api/a", "1")
                .write("api/taken/x", "1")
                .write("libs/shared/b", "1")
                .write("taken/y", "1")
                .write("lock.json", "{}")
                .commit("all");
        project.write("other", "2").commit("elsewhere");
        try (LocalRepository repository = project.open()) {
            List<String> include = List.of("libs/shared", "lock.json");
            Commit before = repository
                    .inDirectory(repository.find(first).orElseThrow(), "api")
                    .orElseThrow();
            Commit api = repository.inDirectory(repository.requireHead(), "api").orElseThrow();

            Commit whole = repository.including(api, "api", include);

            assertThat(whole.id()).isEqualTo(api.id());
            assertThat(whole.tree())
                    .isNotEqualTo(api.tree())
                    .isEqualTo(repository.including(before, "api", include).tree());
            assertThat(repository.file(whole, "libs/shared/b")).isPresent();
            assertThat(project.git("ls-tree", "-r", "--name-only", whole.tree()).lines())
                    .containsExactly("a", "libs/shared/b", "lock.json", "taken/x");
            project.write("libs/shared/b", "2").commit("in what is included");
            Commit changed = repository.including(
                    repository.inDirectory(repository.requireHead(), "api").orElseThrow(), "api", include);
            assertThat(repository
                            .changes(first, changed, "api", include)
                            .orElseThrow()
                            .files())
                    .containsExactly("libs/shared/b");
            for (String wrong : List.of("gone", "taken", "api", "api/a")) {
                assertThatThrownBy(() -> repository.including(api, "api", List.of(wrong)))
                        .isInstanceOf(PocketException.class)
                        .hasMessageContaining(wrong);
            }
        }
    }

    @Test
    void aCommitOfTheWorkingTreeSaysThatItIsOurs() {
        GitProject project = GitProject.init(directory.resolve("ours"));
        project.write("a", "1").commit("base");
        project.write("a", "2");
        try (LocalRepository repository = project.open()) {
            assertThat(project.git(
                            "log",
                            "-1",
                            "--format=%B",
                            repository.snapshotWorkingTree().id()))
                    .endsWith("\nPocketPaaS-Snapshot: yes");
        }
    }

    @Test
    void tellsAncestorsFromOthers() {
        GitProject project = GitProject.init(directory).write("a", "1");
        String first = project.commit("First");
        String second = project.write("a", "2").commit("Second");
        project.git("checkout", "-q", "-b", "side", first);
        String side = project.write("b", "1").commit("Side");
        project.git("checkout", "-q", "--orphan", "other");
        String other = project.write("c", "1").commit("Other");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.isAncestor(first, second)).isTrue();
            assertThat(repository.isAncestor(second, first)).isFalse();
            assertThat(repository.isAncestor(first, first)).isTrue();
            assertThat(repository.isAncestor(second, side)).isFalse();
            assertThat(repository.isAncestor(first, other)).isFalse();
            String unknown = "1".repeat(40);
            assertThat(repository.has(unknown)).isFalse();
            assertThat(repository.isAncestor(unknown, second)).isFalse();
            assertThat(repository.has("not an id")).isFalse();
        }
    }

    @Test
    void addsAndChangesARemoteAndKeepsTheRestOfTheConfiguration() throws IOException {
        GitProject project = GitProject.init(directory).write("a", "1");
        project.git("config", "alias.x", "log");
        Files.writeString(
                directory.resolve(".git/config"),
                Files.readString(directory.resolve(".git/config")) + "# a comment of the user\n");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.remoteUrl("pocketpaas")).isEmpty();
            String url = "ssh://pocketpaas@203.0.113.10/shop";
            assertThat(repository.addRemote("pocketpaas", url)).isEqualTo(RemoteChange.ADDED);
            assertThat(repository.addRemote("pocketpaas", url)).isEqualTo(RemoteChange.UNCHANGED);
            assertThat(project.git("remote", "get-url", "pocketpaas")).isEqualTo(url);
            assertThat(repository.addRemote("pocketpaas", "ssh://pocketpaas@other/shop"))
                    .isEqualTo(RemoteChange.UPDATED);
            assertThat(project.git("remote", "-v").lines()).hasSize(2);
            assertThat(repository.remoteUrl("pocketpaas")).hasValue("ssh://pocketpaas@other/shop");
            assertThat(project.git("config", "alias.x")).isEqualTo("log");
            assertThat(directory.resolve(".git/config")).content().contains("# a comment of the user");
        }
    }

    @Test
    void gitsCommandForSshIsSetButNeverReplaced() {
        GitProject project = GitProject.init(directory).write("a", "1");
        try (LocalRepository repository = project.open()) {
            assertThat(repository.setSshCommand("ssh -i \"/a b/key\"")).isTrue();
            assertThat(repository.setSshCommand("ssh -i \"/a b/key\"")).isTrue();
            assertThat(project.git("config", "core.sshCommand")).isEqualTo("ssh -i \"/a b/key\"");
            assertThat(repository.setSshCommand("ssh -i other")).isFalse();
            assertThat(project.git("config", "core.sshCommand")).isEqualTo("ssh -i \"/a b/key\"");
        }
    }

    @Test
    void writesNothingIntoTheHomeOfTheUser() throws IOException {
        Path home = Path.of(System.getProperty("user.home"));
        List<Path> watched = List.of(home.resolve(".config/jgit/config"), home.resolve(".gitconfig"));
        List<Boolean> before = watched.stream().map(Files::exists).toList();
        GitProject project = GitProject.init(directory).write("a", "1");
        project.commit("First");
        try (LocalRepository repository = project.open()) {
            repository.snapshotWorkingTree();
            repository.uncommitted();
        }
        assertThat(watched.stream().map(Files::exists).toList()).isEqualTo(before);
    }
}
