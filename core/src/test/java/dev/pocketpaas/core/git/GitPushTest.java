package dev.pocketpaas.core.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.Keys;
import dev.pocketpaas.core.ssh.OpenSshServer;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.core.ssh.SshSettings.ConfigSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pushes by the real protocol to a real git behind a real SSH server with a forced command, as on a host. */
@Timeout(120)
class GitPushTest {
    private static final AppName SHOP = new AppName("shop");
    private static final String REF = "refs/pocketpaas/1";

    @TempDir
    static Path shared;

    private static OpenSshServer server;
    private static SshConnection connection;

    @TempDir
    Path directory;

    private Path bare;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    @BeforeAll
    static void connect() throws IOException {
        server = OpenSshServer.start(shared.resolve("sshd"));
        Path key = Keys.generate(shared.resolve("key"), "ed25519", "");
        Path door = script(
                shared.resolve("door"),
                "cd " + shared.resolve("apps"),
                "case $SSH_ORIGINAL_COMMAND in",
                "\"git-receive-pack 'shop'\") exec git receive-pack shop ;;",
                "\"git-receive-pack 'denied'\") echo 'your key may not deploy denied' >&2; exit 4 ;;",
                "\"git-receive-pack 'noisy'\") echo 'Welcome to my host!'; exec git receive-pack shop ;;",
                "echo*) eval \"$SSH_ORIGINAL_COMMAND\" ;;",
                "*) echo \"unexpected: $SSH_ORIGINAL_COMMAND\" >&2; exit 2 ;;",
                "esac");
        server.authorize(key, "restrict,command=\"" + door + "\"");
        connection = SshConnector.create(
                        SshSettings.of(shared.resolve("home"), System.getProperty("user.name"))
                                .withConfig(ConfigSource.NONE, null, null)
                                .withIdentityFile(key)
                                .withKnownHosts(shared.resolve("known_hosts"))
                                .withAcceptNewHostKeys(true),
                        SshPrompts.refusing())
                .connect(HostAddress.parse("127.0.0.1:" + server.port()));
    }

    @AfterAll
    static void disconnect() {
        connection.close();
        server.close();
    }

    @BeforeEach
    void emptyApp() throws IOException {
        bare = shared.resolve("apps/shop");
        Files.createDirectories(bare);
        GitProject.git(bare, "init", "-q", "--bare", "-b", "main");
    }

    @AfterEach
    void removeApp() {
        Keys.run(List.of("rm", "-rf", bare.toString()));
    }

    private PushResult push(LocalRepository repository, String commit, String ref, boolean force) {
        try (GitPush push = GitPush.open(repository, connection, SHOP)) {
            return push.push(commit, ref, force, heard::writeBytes);
        }
    }

    private String remote(String... arguments) {
        return GitProject.git(bare, arguments);
    }

    private void hook(String name, String... lines) throws IOException {
        script(bare.resolve("hooks").resolve(name), lines);
    }

    private static Path script(Path file, String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of("#!/bin/bash", "set -e"));
        all.addAll(List.of(lines));
        Files.createDirectories(file.getParent());
        Files.write(file, all);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void pushesACommitOverOneChannel() {
        GitProject project = GitProject.init(directory).write("index.html", "hello\n");
        String commit = project.commit("First");
        int before = connection.channelsOpened();
        try (LocalRepository repository = project.open();
                GitPush push = GitPush.open(repository, connection, SHOP)) {
            assertThat(push.remoteRefs()).isEmpty();
            assertThat(push.push(commit, REF, false, heard::writeBytes))
                    .isEqualTo(new PushResult(PushResult.Status.ACCEPTED, "", ""));
        }
        assertThat(connection.channelsOpened() - before).isEqualTo(1);
        assertThat(remote("rev-parse", REF)).isEqualTo(commit);
        assertThat(remote("show", REF + ":index.html")).isEqualTo("hello");
        remote("fsck", "--strict");
    }

    @Test
    void theConnectionCarriesOnAfterwards() throws Exception {
        GitProject project = GitProject.init(directory).write("a", "1");
        String commit = project.commit("First");
        try (LocalRepository repository = project.open()) {
            push(repository, commit, REF, false);
        }
        try (RemoteProcess process = connection.start(RemoteCommand.of("echo on"))) {
            assertThat(process.stdout().readAllBytes())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("on\n");
            assertThat(process.waitFor()).isZero();
        }
    }

    @Test
    void sendsOnlyWhatTheHostLacks() throws IOException {
        byte[] random = new byte[2_000_000];
        new Random(3).nextBytes(random);
        Files.write(directory.resolve("large"), random);
        GitProject project = GitProject.init(directory);
        String first = project.commit("First");
        try (LocalRepository repository = project.open()) {
            push(repository, first, "refs/heads/main", false);
            long before = size(bare);
            String second = project.write("small", "x").commit("Second");
            assertThat(push(repository, second, "refs/heads/main", false).isOk())
                    .isTrue();
            assertThat(size(bare) - before).isLessThan(20_000);
            assertThat(push(repository, second, "refs/heads/main", false).status())
                    .isEqualTo(PushResult.Status.UP_TO_DATE);
            assertThat(push(repository, second, REF, false).status()).isEqualTo(PushResult.Status.ACCEPTED);
        }
        remote("fsck", "--strict");
    }

    private static long size(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Test
    void rewrittenHistoryNeedsForce() {
        GitProject project = GitProject.init(directory).write("a", "1");
        String first = project.commit("First");
        try (LocalRepository repository = project.open()) {
            push(repository, first, "refs/heads/main", false);
            project.git("commit", "-q", "--amend", "-m", "Rewritten");
            String second = project.git("rev-parse", "HEAD");
            assertThat(push(repository, second, "refs/heads/main", false).status())
                    .isEqualTo(PushResult.Status.NOT_FAST_FORWARD);
            assertThat(remote("rev-parse", "main")).isEqualTo(first);
            assertThat(push(repository, second, "refs/heads/main", true).isOk()).isTrue();
            assertThat(remote("rev-parse", "main")).isEqualTo(second);
        }
    }

    @Test
    void namesOnTheHostAreKnownBeforeAnythingIsSent() {
        GitProject project = GitProject.init(directory).write("a", "1");
        String first = project.commit("First");
        try (LocalRepository repository = project.open()) {
            push(repository, first, "refs/heads/main", false);
            try (GitPush push = GitPush.open(repository, connection, SHOP)) {
                assertThat(push.remoteRefs()).isEqualTo(Map.of("refs/heads/main", first));
            }
        }
    }

    @Test
    void theHooksOutputComesLiveAndUnchanged() throws IOException {
        hook(
                "pre-receive",
                "echo '-----> building'",
                "echo 'Listening on port: 5000'",
                "echo 'port: 5000'",
                "printf 'half a line'",
                "sleep 0.6",
                "printf ' and the rest\\n\\033[32mgreen\\033[0m\\n' >&2");
        GitProject project = GitProject.init(directory).write("a", "1");
        String commit = project.commit("First");
        List<Long> times = new ArrayList<>();
        try (LocalRepository repository = project.open();
                GitPush push = GitPush.open(repository, connection, SHOP)) {
            push.push(commit, REF, false, bytes -> {
                times.add(System.nanoTime());
                heard.writeBytes(bytes);
            });
        }
        assertThat(heard.toString(StandardCharsets.UTF_8))
                .isEqualTo("-----> building\nListening on port: 5000\nport: 5000\nhalf a line and the rest\n"
                        + "\033[32mgreen\033[0m\n");
        assertThat(times.get(times.size() - 1) - times.get(0)).isGreaterThan(300_000_000L);
    }

    @Test
    void aHookThatSaysNoIsARejection() throws IOException {
        hook("pre-receive", "echo 'the build failed'", "exit 1");
        GitProject project = GitProject.init(directory).write("a", "1");
        String commit = project.commit("First");
        try (LocalRepository repository = project.open()) {
            PushResult result = push(repository, commit, REF, false);
            assertThat(result.status()).isEqualTo(PushResult.Status.REJECTED);
            assertThat(result.reason()).isEqualTo("pre-receive hook declined");
            assertThat(heard.toString(StandardCharsets.UTF_8)).isEqualTo("the build failed\n");
        }
        assertThat(remote("for-each-ref")).isEmpty();
    }

    @Test
    void aHookThatLeavesSomethingRunningDoesNotHoldUsUp() throws IOException {
        hook("post-receive", "sleep 20 >/dev/null 2>&1 </dev/null &");
        GitProject project = GitProject.init(directory).write("a", "1");
        String commit = project.commit("First");
        long start = System.nanoTime();
        try (LocalRepository repository = project.open()) {
            assertThat(push(repository, commit, REF, false).isOk()).isTrue();
        }
        assertThat(System.nanoTime() - start).isLessThan(15_000_000_000L);
    }

    @Test
    void aRefusalAtTheDoorIsTold() {
        GitProject project = GitProject.init(directory).write("a", "1");
        project.commit("First");
        try (LocalRepository repository = project.open()) {
            assertThatThrownBy(() -> GitPush.open(repository, connection, new AppName("denied")))
                    .isInstanceOfSatisfying(PocketException.class, e -> {
                        assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED);
                        assertThat(e.details()).containsExactly("your key may not deploy denied");
                    });
        }
    }

    @Test
    void aLoginThatPrintsSomethingIsExplained() {
        GitProject project = GitProject.init(directory).write("a", "1");
        project.commit("First");
        try (LocalRepository repository = project.open()) {
            assertThatThrownBy(() -> GitPush.open(repository, connection, new AppName("noisy")))
                    .isInstanceOfSatisfying(PocketException.class, e -> {
                        assertThat(e.what()).contains("does not speak git's protocol");
                        assertThat(e.cure())
                                .hasValueSatisfying(cure -> assertThat(cure).contains("print"));
                    });
        }
    }

    @Test
    void aShallowCloneIsPushedWithoutItsHistory() {
        GitProject origin = GitProject.init(directory.resolve("origin")).write("a", "1");
        origin.commit("First");
        String second = origin.write("b", "2").commit("Second");
        GitProject.git(directory, "clone", "-q", "--depth", "1", "file://" + origin.directory(), "clone");
        try (LocalRepository repository =
                GitProject.at(directory.resolve("clone")).open()) {
            assertThat(repository.isHistoryComplete()).isFalse();
            Commit head = repository.requireHead();
            assertThat(head.id()).isEqualTo(second);
            Commit pushed = repository.pushable(head);
            assertThat(pushed.tree()).isEqualTo(head.tree());
            assertThat(repository.pushable(head)).isEqualTo(pushed);
            assertThat(push(repository, pushed.id(), REF, false).isOk()).isTrue();
            assertThat(remote("show", REF + ":b")).isEqualTo("2");
            assertThat(remote("rev-list", "--count", REF)).isEqualTo("1");
        }
        remote("fsck", "--strict");
    }

    @Test
    void aPartialCloneIsPushedAsFarAsItGoes() {
        GitProject origin = GitProject.init(directory.resolve("origin")).write("a", "1");
        origin.git("config", "uploadpack.allowFilter", "true");
        origin.commit("First");
        origin.write("a", "2").write("b", "2").commit("Second");
        GitProject.git(directory, "clone", "-q", "--filter=blob:none", "file://" + origin.directory(), "clone");
        GitProject.git(
                directory,
                "clone",
                "-q",
                "--no-checkout",
                "--filter=blob:none",
                "file://" + origin.directory(),
                "empty");
        try (LocalRepository repository =
                GitProject.at(directory.resolve("empty")).open()) {
            Commit commit = repository.pushable(repository.requireHead());
            assertThatThrownBy(() -> push(repository, commit.id(), "refs/pocketpaas/2", false))
                    .isInstanceOfSatisfying(PocketException.class, e -> {
                        assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
                        assertThat(e.what()).contains("is not whole").contains("issing");
                    });
        }
        try (LocalRepository repository =
                GitProject.at(directory.resolve("clone")).open()) {
            Commit pushed = repository.pushable(repository.requireHead());
            assertThat(push(repository, pushed.id(), REF, false).isOk()).isTrue();
        }
    }

    @Test
    void linkedWorktreesSharedClonesAndPackedRepositoriesArePushed() {
        GitProject origin = GitProject.init(directory.resolve("origin")).write("a", "1");
        origin.commit("First");
        origin.git(
                "worktree",
                "add",
                "-q",
                "-b",
                "side",
                directory.resolve("linked").toString());
        GitProject linked = GitProject.at(directory.resolve("linked")).write("linked", "yes");
        String fromLinked = linked.commit("Linked");
        try (LocalRepository repository = linked.open()) {
            assertThat(repository.branch()).hasValue("side");
            assertThat(push(repository, fromLinked, "refs/pocketpaas/1", false).isOk())
                    .isTrue();
        }
        GitProject.git(directory, "clone", "-q", "--shared", origin.directory().toString(), "shared");
        GitProject sharing = GitProject.at(directory.resolve("shared")).write("shared", "yes");
        String fromShared = sharing.commit("Shared");
        sharing.git("repack", "-q", "-a", "-d", "--write-bitmap-index");
        sharing.git("commit-graph", "write");
        sharing.git("pack-refs", "--all");
        try (LocalRepository repository = sharing.open()) {
            assertThat(push(repository, fromShared, "refs/pocketpaas/2", false).isOk())
                    .isTrue();
        }
        remote("fsck", "--strict");
    }

    @Test
    void aDamagedRepositoryDoesNotHang() throws IOException {
        GitProject project = GitProject.init(directory).write("a", "content that will be missing");
        String commit = project.commit("First");
        String blob = project.git("rev-parse", "HEAD:a");
        Files.delete(directory.resolve(".git/objects/" + blob.substring(0, 2) + "/" + blob.substring(2)));
        try (LocalRepository repository = project.open()) {
            assertThatThrownBy(() -> push(repository, commit, REF, false))
                    .isInstanceOf(PocketException.class)
                    .hasMessageContaining(blob);
        }
    }

    @Test
    void aHostThatGoesAwayDuringThePushIsNoSuccess() throws IOException {
        hook("pre-receive", "kill -KILL $PPID");
        GitProject project = GitProject.init(directory).write("a", "1");
        String commit = project.commit("First");
        try (LocalRepository repository = project.open()) {
            assertThatThrownBy(() -> push(repository, commit, REF, false)).isInstanceOf(PocketException.class);
        }
    }
}
