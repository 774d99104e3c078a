package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which ref may do what, and what is seen in a commit, with real git. */
class PreReceiveTest {
    private static final String NOTHING = "0".repeat(40);

    @TempDir
    Path root;

    private Path repository;
    private HostShell shell;
    private String commit;

    @BeforeEach
    void aRepositoryWithOneCommit() throws IOException {
        shell = new HostShell(root)
                .with("GIT_CONFIG_NOSYSTEM", "1")
                .with("GIT_AUTHOR_NAME", "Ann \"é\" $(touch canary)")
                .with("GIT_AUTHOR_EMAIL", "ann@example.com")
                .with("GIT_COMMITTER_NAME", "Ann")
                .with("GIT_COMMITTER_EMAIL", "ann@example.com");
        repository = Files.createDirectory(root.resolve("repo"));
        git("init", "--quiet", "--initial-branch=main", ".");
        Files.writeString(repository.resolve("index.html"), "hello");
        commit = commit("First \"commit\" $(touch canary)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"refs/tags/v1", "refs/pocketpaas/20260101T000000Z-1", "refs/tags/a/b"})
    void tagsAndOurOwnRefsAreTaken(String ref) {
        HostShell.Result result = push("main", NOTHING + " " + commit + " " + ref);

        assertThat(result.code()).as(result.text()).isZero();
        assertThat(result.text()).isEmpty();
    }

    @Test
    void anotherBranchIsRefusedWithTheCure() {
        HostShell.Result result = push("main", NOTHING + " " + commit + " refs/heads/feature");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.text())
                .contains("shop deploys from the branch main; you pushed feature, so nothing was deployed.")
                .contains("git push pocketpaas feature:main");
    }

    @Test
    void withSeveralBranchesAtOnceNothingIsDeployed() {
        HostShell.Result result = push(
                "", NOTHING + " " + commit + " refs/heads/feature\n" + NOTHING + " " + commit + " refs/heads/main");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.text()).contains("you pushed feature");
    }

    @Test
    void theDeployBranchCannotBeDeleted() {
        HostShell.Result result = push("main", commit + " " + NOTHING + " refs/heads/main");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.text()).contains("cannot be deleted");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"refs/notes/x", "refs/pocketpaas/a/b", "refs/for/main", "HEAD", "refs/heads/$(touch canary)"})
    void otherRefsAreRefused(String ref) {
        HostShell.Result result = push("", NOTHING + " " + commit + " " + ref);

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.text()).startsWith(" !     ");
        assertThat(repository.resolve("canary")).doesNotExist();
    }

    @Test
    void aBranchThatGitCouldNotMoveIsRefusedBeforeAnythingIsDeployed() throws IOException {
        Path lock = repository.resolve(".git/refs/heads/main.lock");
        Files.writeString(lock, "");

        HostShell.Result result = push("main", NOTHING + " " + commit + " refs/heads/main");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.text())
                .contains("git cannot move the branch main on the host: it is locked", "Nothing was deployed");
        assertThat(lock).exists();
    }

    @Test
    void whetherAnythingWasSentIsLeftForTheDoor() throws IOException {
        Path sent = Files.writeString(root.resolve("sent"), "");

        shell.with("PP_SENT", sent.toString());
        push("main", NOTHING + " " + commit + " refs/tags/v1");

        assertThat(sent).hasContent("yes");
    }

    @Test
    void aShallowPushIsExplained() throws IOException {
        Files.writeString(repository.resolve(".git/shallow"), commit + "\n");

        HostShell.Result result = push("main", NOTHING + " " + commit + " refs/heads/main");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.text()).contains("shallow clone", "git fetch --unshallow");
    }

    @Test
    void aCommitIsDescribed() throws IOException {
        Files.writeString(repository.resolve("pocketpaas.yml"), "app: shop\n");
        String second = commit("Second");

        ValueTree tree = describe(second);

        assertThat(tree.text("tree")).contains(git("rev-parse", second + "^{tree}"));
        assertThat(tree.text("subject")).contains("Second");
        assertThat(tree.text("author")).contains("Ann \"é\" $(touch canary)");
        assertThat(tree.text("roots")).contains(commit);
        assertThat(tree.text("blobs/pocketpaas.yml")).contains(git("rev-parse", second + ":pocketpaas.yml"));
        assertThat(tree.has("blobs/app.json")).isFalse();
        assertThat(tree.has("submodules")).isFalse();
        assertThat(tree.has("lfs")).isFalse();
        assertThat(describe(commit).text("subject")).contains("First \"commit\" $(touch canary)");
        assertThat(repository.resolve("canary")).doesNotExist();
    }

    @Test
    void submodulesAndLfsPointersAreSeen() throws IOException {
        Files.writeString(
                repository.resolve("a film.mp4"),
                "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 12345\n");
        Files.writeString(
                repository.resolve("about-lfs.md"),
                "A file that talks about\nversion https://git-lfs.github.com/spec/v1\n"
                        + "and is none of it. ".repeat(5));
        commit("Third");
        git("update-index", "--add", "--cacheinfo", "160000," + commit + ",vendor/lib");
        git("commit", "--quiet", "--message", "Fourth");

        ValueTree tree = describe(git("rev-parse", "HEAD"));

        assertThat(tree.lines("submodules")).containsExactly("vendor/lib");
        assertThat(tree.lines("lfs")).containsExactly("a film.mp4");
    }

    @Test
    void whatIsNoCommitIsNotDescribed() {
        HostShell.Result result = shell.program(
                new byte[0], "describe", repository.resolve(".git").toString(), "1".repeat(40));

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
    }

    private ValueTree describe(String id) throws IOException {
        HostShell.Result result = shell.program(
                new byte[0], "describe", repository.resolve(".git").toString(), id);
        assertThat(result.code()).as(result.err()).isZero();
        return ValueTree.readFrom(new ByteArrayInputStream(result.out()));
    }

    private HostShell.Result push(String branch, String lines) {
        return shell.with("GIT_DIR", repository.resolve(".git").toString())
                .with("PP_KEY", "ci")
                .with("PP_APP", "shop")
                .with("PP_BRANCH", branch)
                .with("PP_FINGERPRINT", "SHA256:x")
                .program((lines + "\n").getBytes(StandardCharsets.UTF_8), "hooks/pre-receive");
    }

    private String commit(String message) {
        git("add", ".");
        git("commit", "--quiet", "--message", message);
        return git("rev-parse", "HEAD");
    }

    private String git(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return shell.machine(repository, command);
    }
}
