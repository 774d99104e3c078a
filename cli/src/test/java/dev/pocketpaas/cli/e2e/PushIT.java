package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What stock git may push, and that nothing a git client does can leave a deploy half-way or a host waiting. */
@ExtendWith(TestDroplet.Shared.class)
class PushIT {
    @Test
    void refsThatAreNotTheDeployBranchDeployNothing(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "refs");
        app.must("deploy");
        push(droplet, app, "main");
        app.message("two");
        app.commit("two");

        Seen other = push(droplet, app, "main:feature");
        assertThat(other.exit()).isNotZero();
        assertThat(other.err())
                .contains("refs deploys from the branch main; you pushed feature, so nothing was deployed.")
                .contains("git push pocketpaas feature:main");
        Seen deletion = push(droplet, app, ":main");
        assertThat(deletion.exit()).isNotZero();
        assertThat(deletion.err()).contains("cannot be deleted");
        assertThat(push(droplet, app, "main:refs/foreign/x").exit()).isNotZero();
        app.git("tag", "v1");
        Seen tag = push(droplet, app, "v1");
        assertThat(tag.exit()).as(tag.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("one");

        Seen both = push(droplet, app, "main", "--follow-tags");
        assertThat(both.exit()).as(both.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("two");
        app.destroy();
    }

    @Test
    void theFirstGoodDeployMakesItsBranchTheDeployBranch(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "firstbranch");
        app.must("deploy");
        app.git("checkout", "-q", "-b", "feature");
        app.message("two");
        app.commit("of a feature");

        Seen feature = push(droplet, app, "feature");
        assertThat(feature.exit()).as(feature.toString()).isNotZero();
        assertThat(feature.err()).contains("firstbranch deploys from the branch main; you pushed feature");
        assertThat(app.get("/").body()).isEqualTo("one");

        app.git("tag", "-a", "-m", "one", "v1.0");
        app.git("checkout", "-q", "--detach");
        Seen tag = app.laptop()
                .with("GIT_SSH_COMMAND", droplet.gitSsh())
                .run(app.directory(), "git", "-c", "push.pushOption=ci.skip", "push", "pocketpaas", "v1.0^{}:main");
        assertThat(tag.exit()).as(tag.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("two");
        app.destroy();
    }

    @Test
    void anAppInADirectoryIsDeployedFromThereAndOnlyChangesInItCount(TestDroplet droplet) throws IOException {
        TestApp app = TestApp.create(droplet, "monorepo", "build: { directory: src, include: [libs/shared] }");
        Path api = app.directory().resolve("services/api");
        for (String file : List.of("app.pl", "Procfile")) {
            app.write(
                    "services/api/src/" + file, Files.readString(app.directory().resolve(file)));
            app.git("rm", "-q", "-f", file);
        }
        app.write(
                "services/api/pocketpaas.yml", Files.readString(app.directory().resolve("pocketpaas.yml")));
        app.git("rm", "-q", "-f", "pocketpaas.yml");
        app.write("README", "Nothing to run here.");
        app.write("libs/shared/text", "first");
        app.commit("services");

        Seen first = app.laptop().pocketpaas(api.resolve("src"), "deploy");
        assertThat(first.exit()).as(first.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("one");
        app.write("README", "Nor here.");
        app.commit("elsewhere");
        Seen same = push(droplet, app, "main");
        assertThat(same.exit()).as(same.toString()).isZero();
        Seen plan = app.laptop().pocketpaas(api, "deploy", "--plan");
        assertThat(plan.out()).contains("Nothing to do: v1 is already this.");
        app.write("libs/shared/text", "second");
        app.commit("in what it includes");
        assertThat(app.laptop().pocketpaas(api, "deploy", "--plan").out()).contains("1 file", "libs/shared/text");
        Seen included = push(droplet, app, "main");
        assertThat(included.exit()).as(included.toString()).isZero();
        assertThat(app.laptop()
                        .pocketpaas(api, "run", "--", "cat", "libs/shared/text")
                        .out())
                .isEqualTo("second");

        app.write(
                "services/api/src/app.pl",
                Files.readString(api.resolve("src/app.pl")).replace("'one'", "'two'"));
        app.commit("the api");
        assertThat(app.laptop().pocketpaas(api, "deploy", "--plan").out()).contains("1 file", "app.pl");
        Seen second = push(droplet, app, "main");
        assertThat(second.exit()).as(second.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("two");

        app.write("services/api/pocketpaas.yml", Files.readString(api.resolve("pocketpaas.yml")) + "drain: 9s\n");
        app.commit("settings");
        assertThat(push(droplet, app, "main").err()).contains("settings changed: run `pocketpaas deploy`");
        app.git("mv", "services/api/src", "services/api/lib");
        app.commit("moved");
        Seen gone = app.laptop().pocketpaas(api, "deploy");
        assertThat(gone.exit()).isEqualTo(4);
        assertThat(gone.err()).contains("has no directory services/api/src");
        app.laptop().pocketpaas(api, "destroy", "--confirm", "monorepo", "--volumes");
    }

    @Test
    void aTagPushedToABranchThatIsNotThereYetIsRefusedWithWhatWorks(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "tagpush");
        // Without a manifest a push is enough.
        app.git("rm", "-q", "pocketpaas.yml");
        app.commit("no settings");
        app.git("tag", "v1.0");
        String url = "ssh://pocketpaas@127.0.0.1:" + droplet.sshPort() + "/tagpush";
        app.git("remote", "add", "pocketpaas", url);

        Seen refused = push(droplet, app, "v1.0:main");
        assertThat(refused.exit()).as(refused.toString()).isNotZero();
        assertThat(refused.err())
                .contains("This would make a tag named main", "git push pocketpaas TAG^{}:refs/heads/main");

        // Under another name it is a tag like any other, until the branch of that name comes to stand beside it.
        Seen kept = push(droplet, app, "v1.0:release");
        assertThat(kept.exit()).as(kept.toString()).isZero();
        assertThat(kept.err()).contains("Tags are kept; nothing was deployed.");
        app.commit("next");
        Seen deployed = push(droplet, app, "HEAD:refs/heads/release");
        assertThat(deployed.exit()).as(deployed.toString()).isZero();
        Seen ambiguous = push(droplet, app, "HEAD:release");
        assertThat(ambiguous.exit()).as(ambiguous.toString()).isNotZero();
        assertThat(ambiguous.err())
                .contains("matches more than one", "the host has a tag named release beside the branch release")
                .contains("git push pocketpaas :refs/tags/release");
        assertThat(push(droplet, app, ":refs/tags/release").exit()).isZero();
        Seen again = push(droplet, app, "HEAD:release");
        assertThat(again.exit()).as(again.toString()).isZero();
        app.manifest();
        app.destroy();
    }

    /** The laptop that knows the Procfile is not asked by a push. */
    @Test
    void aCapitalWebIsRefusedByThePushAndTheSiteStays(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "capital");
        app.must("deploy");
        app.write("Procfile", "Web: perl app.pl\n");
        app.message("two");
        app.commit("a slip of the pen");

        Seen pushed = push(droplet, app, "main");
        assertThat(pushed.exit()).as(pushed.toString()).isNotZero();
        assertThat(pushed.err()).contains("the Procfile has a process \"Web\" and no \"web\"", "in lower case");
        assertThat(app.get("/").body()).isEqualTo("one");
        Seen deployed = app.pocketpaas("deploy");
        assertThat(deployed.exit()).as(deployed.toString()).isEqualTo(2);

        // As an editor of Windows writes it: with a byte-order mark and carriage returns.
        app.write("Procfile", "\uFEFFweb: perl app.pl\r\n");
        app.commit("with a mark");
        Seen marked = push(droplet, app, "main");
        assertThat(marked.exit()).as(marked.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("two");
        app.destroy();
    }

    @Test
    void aShallowCloneIsToldHowToPush(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "shallowpush");
        app.must("deploy");
        app.commit("second");
        Path clone = app.laptop().directory("shallowpush-clone");
        app.laptop().must(clone, "git", "clone", "-q", "--depth", "1", "file://" + app.directory(), ".");
        app.laptop().must(clone, "git", "commit", "-q", "--allow-empty", "-m", "third");
        String url = app.git("remote", "get-url", "pocketpaas").out().strip();

        Seen seen = app.laptop().with("GIT_SSH_COMMAND", droplet.gitSsh()).run(clone, "git", "push", "-f", url, "main");

        assertThat(seen.exit()).isNotZero();
        assertThat(seen.err()).contains("shallow clone", "git fetch --unshallow");
        app.destroy();
    }

    @Test
    void filesThatWouldBeMissingAreRefused(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "missing");
        app.must("deploy");
        String commit = app.git("rev-parse", "HEAD").out().strip();
        app.git("update-index", "--add", "--cacheinfo", "160000," + commit + ",vendor/lib");
        app.git("commit", "-q", "-m", "a submodule");

        Seen submodule = push(droplet, app, "main");
        assertThat(submodule.exit()).isNotZero();
        assertThat(submodule.err()).contains("submodules").contains("vendor/lib");

        app.git("reset", "-q", "--hard", commit);
        app.write(
                "film.mp4",
                "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 12345\n");
        app.commit("a pointer");
        Seen pointer = push(droplet, app, "main");
        assertThat(pointer.exit()).isNotZero();
        assertThat(pointer.err()).contains("Git LFS").contains("film.mp4");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.destroy();
    }

    @Test
    void aClientThatIsKilledLeavesNeitherHalfADeployNorAnybodyWaiting(TestDroplet droplet) throws Exception {
        // Much more than a pipe holds, so that whoever writes into a dead client's pipe would wait for ever.
        TestApp app = TestApp.create(
                droplet, "killed", "release: \"! grep -q 'after the kill' app.pl || { seq 400000; sleep 3; }\"");
        app.must("deploy");
        app.message("after the kill");
        app.commit("loud");

        ProcessBuilder builder = new ProcessBuilder("git", "push", "pocketpaas", "main")
                .directory(app.directory().toFile())
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment()
                .putAll(app.laptop().with("GIT_SSH_COMMAND", droplet.gitSsh()).environment());
        Process push = builder.start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(push.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        while (line != null && !line.matches("remote: +10\\s*")) {
            line = output.readLine();
        }
        assertThat(line).as("the release command's output").isNotNull();
        List<ProcessHandle> all = push.descendants().toList();
        push.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);

        Polling.until(
                Duration.ofMinutes(2),
                () -> app.get("/").body().equals("after the kill"),
                () -> "the push did not go on without its client");
        // The brackets keep the search from finding itself.
        Polling.until(
                Duration.ofMinutes(2),
                // 1: it has found none; anything else is no answer.
                () -> droplet.inside("pgrep -f '[p]re-receive|[v]erbs/push|[w]ork/deploy|[r]eceive-pack'")
                                .exit()
                        == 1,
                () -> "the work does not end");
        app.message("and on");
        app.commit("next");
        Seen next = push(droplet, app, "main", "--force");
        assertThat(next.exit())
                .as(next.err().substring(Math.max(0, next.err().length() - 2000)))
                .isZero();
        assertThat(app.get("/").body()).isEqualTo("and on");
        app.destroy();
    }

    @Test
    void whatIsLiveDecidesWhetherAPushIsEmpty(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "emptypush");
        app.must("deploy");
        Path stale = app.laptop().directory("emptypush-stale");
        app.laptop().must(stale, "git", "clone", "-q", app.directory().toString(), ".");
        app.message("two");
        app.commit("two");
        Seen first = push(droplet, app, "main");
        assertThat(first.exit()).as(first.toString()).isZero();
        Seen again = push(droplet, app, "main");
        assertThat(again.exit()).isZero();
        assertThat(again.err()).contains("Everything up-to-date", "nothing was sent", "live is v2");

        app.must("rollback");
        assertThat(app.get("/").body()).isEqualTo("one");
        Seen forward = push(droplet, app, "main");
        assertThat(forward.exit()).as(forward.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("two");

        // Somebody whose clone lacks what is live.
        app.laptop().must(stale, "git", "commit", "-q", "--allow-empty", "-m", "beside");
        String url = app.git("remote", "get-url", "pocketpaas").out().strip();
        Seen refused = app.laptop().with("GIT_SSH_COMMAND", droplet.gitSsh()).run(stale, "git", "push", url, "main");
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.err()).contains("[rejected]", "nothing was deployed", "commits were deployed that are not");
        assertThat(app.get("/").body()).isEqualTo("two");

        // The program goes back when it is told to, says so, and git learns of it.
        app.git("branch", "newer");
        app.git("reset", "-q", "--hard", "HEAD~1");
        Seen back = app.must("deploy");
        assertThat(back.err()).contains("this goes back 1 commit");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.git("reset", "-q", "--hard", "newer");
        Seen last = push(droplet, app, "main");
        assertThat(last.exit()).as(last.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("two");

        // What the laptop made up, and nobody has, is no branch's end.
        app.message("dirty");
        app.must("deploy", "--dirty");
        assertThat(app.get("/").body()).isEqualTo("dirty");
        app.git("checkout", "-q", ".");
        Seen clean = push(droplet, app, "main");
        assertThat(clean.exit()).as(clean.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("two");
        app.destroy();
    }

    @Test
    void aBranchThatGitCannotMoveIsSaidSoBeforeOrAfter(TestDroplet droplet) {
        TestApp app = ControlIT.held(droplet, "stuck");
        String lock = "/var/lib/pocketpaas/apps/stuck/repo.git/refs/heads/main.lock";
        droplet.inside("runuser -u pocketpaas touch " + lock);

        Seen before = push(droplet, app, "main");
        assertThat(before.exit()).isNotZero();
        assertThat(before.err()).contains("git cannot move the branch main", "Nothing was deployed");
        assertThat(app.get("/").body()).isEqualTo("one");

        // One that was left behind long ago is nobody's.
        droplet.inside("touch -d '1 hour ago' " + lock);
        Laptop git = app.laptop().with("GIT_SSH_COMMAND", droplet.gitSsh());
        try (Running push = Running.start(git, app.directory(), "git", "push", "pocketpaas", "main")) {
            push.until("remote: +begun");
            droplet.inside("runuser -u pocketpaas touch " + lock);
            app.get("/write/go");
            Seen after = push.end();
            assertThat(after.exit()).as(after.toString()).isNotZero();
            assertThat(after.out()).contains("Released v2", "The release is live, but git cannot move the branch main");
        }
        assertThat(app.get("/").body()).isEqualTo("two");

        droplet.inside("rm " + lock);
        Seen next = push(droplet, app, "main");
        assertThat(next.exit()).as(next.toString()).isZero();
        assertThat(next.err()).contains("Already live: v2");
        app.destroy();
    }

    private static Seen push(TestDroplet droplet, TestApp app, String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "git";
        command[1] = "push";
        command[2] = "pocketpaas";
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return app.laptop().with("GIT_SSH_COMMAND", droplet.gitSsh()).run(app.directory(), command);
    }
}
