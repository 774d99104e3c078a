package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Text that would like to be a command stays text on the host: canary files would show it. */
@ExtendWith(TestDroplet.Shared.class)
class HostileIT {
    private static final String CANARY = "/tmp/canary-hostile";
    private static final String TOUCH = "$(touch " + CANARY + ")`touch " + CANARY + "`; touch " + CANARY + " #";

    @Test
    void repositoryContentIsNeverExecutedOnTheHost(TestDroplet droplet) throws Exception {
        TestApp app = TestApp.create(droplet, "hostile", "processes: { worker: { scale: 1 } }");
        app.write(
                "Procfile",
                "web: perl app.pl # " + TOUCH + " ünïcode 'quotes\" \\ $IFS\n"
                        + "worker: true '" + TOUCH + "'; exec sleep 1000\n"
                        + "bad type" + TOUCH + ": sleep 1\n");
        app.write(".slugignore", TOUCH + "\n--help\n");
        app.write(".profile", "touch " + CANARY + "-in-the-container\n");
        Files.writeString(app.directory().resolve("new\nline " + "$(touch canary)"), "x");
        Files.createSymbolicLink(app.directory().resolve("link"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(app.directory().resolve("app.json"), Path.of("/etc/shadow"));
        app.laptop().must(app.directory(), "git", "config", "user.name", "Eve " + TOUCH.replace(">", "") + "\u202e");
        app.commit("subject " + TOUCH + "\t\u001b[31mred\n\nbody " + TOUCH);

        Seen deploy = app.must("deploy");

        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(deploy.all()).doesNotContain("\u001b[31m").doesNotContain("root:x:");
        Seen releases = app.must("releases");
        assertThat(releases.out()).contains("subject $(touch").doesNotContain("\u001b");
        assertThat(app.must("ps").out()).contains("worker.1");
        assertNoCanary(droplet);
        app.destroy();
    }

    @Test
    void namesOfAppsBranchesAndRefsAreChecked(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "refs", "branch: main");
        app.must("deploy");
        Laptop git = app.laptop().with("GIT_SSH_COMMAND", droplet.gitSsh());
        String door = "ssh://pocketpaas@127.0.0.1:" + droplet.sshPort() + "/";
        for (String name : new String[] {
            "$(touch${IFS}" + CANARY + ")",
            "../../etc",
            "a;touch " + CANARY,
            "UPPER",
            "a".repeat(300),
            "refs/../refs",
            "-x",
            "ünï"
        }) {
            Seen push = git.run(app.directory(), "git", "push", door + name, "main");
            assertThat(push.exit()).as(push.toString()).isNotZero();
            Seen deploy = app.pocketpaas("--app", name, "deploy");
            assertThat(deploy.exit()).as(deploy.toString()).isEqualTo(2);
        }
        app.message("on a branch");
        app.commit("on a branch");
        for (String ref :
                new String[] {"refs/heads/other", "refs/heads/we$(id)ird;x", "refs/notes/x", "refs/heads/live"}) {
            Seen push = git.run(app.directory(), "git", "push", "pocketpaas", "HEAD:" + ref);
            assertThat(push.exit()).as(push.toString()).isNotZero();
            assertThat(push.err()).as(push.toString()).contains("remote:  !     ");
        }
        Seen deletion = git.run(app.directory(), "git", "push", "pocketpaas", ":main");
        assertThat(deletion.exit()).as(deletion.toString()).isNotZero();
        Seen tag = git.run(app.directory(), "git", "push", "pocketpaas", "HEAD:refs/tags/v1.0");
        assertThat(tag.exit()).as(tag.toString()).isZero();
        assertThat(app.get("/").body()).as("none of it deployed").isEqualTo("one");
        assertNoCanary(droplet);
        app.destroy();
    }

    @Test
    void aManifestWithMistakesIsRefusedWithAllOfThem(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "mistakes");
        app.write(
                "pocketpaas.yml",
                "app: mistakes\nhost: " + droplet.name()
                        + "\nprocesess: {}\ndomains: [ \"a b;\" ]\nenv: { 1BAD: x, PORT: 1 }\nvolumes: { data: ../etc }\n");
        app.commit("mistakes");

        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(2);
        assertThat(seen.err())
                .contains("pocketpaas.yml:3:")
                .contains("processes")
                .contains("a b;")
                .contains("1BAD")
                .contains("PORT")
                .contains("../etc");
        assertThat(droplet.inside("ls /var/lib/pocketpaas/apps").out()).doesNotContain("mistakes");
    }

    @Test
    void submodulesAreRefusedInsteadOfEmptied(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "submodules");
        String head = app.git("rev-parse", "HEAD").out().strip();
        app.laptop()
                .must(app.directory(), "git", "update-index", "--add", "--cacheinfo", "160000," + head + ",vendored");
        app.laptop().must(app.directory(), "git", "commit", "-q", "-m", "a submodule");

        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(4);
        assertThat(seen.err()).contains("vendored").contains("submodule");
    }

    private static void assertNoCanary(TestDroplet droplet) {
        assertThat(droplet.inside("ls " + CANARY + "* 2>/dev/null; true").out()).isEmpty();
    }
}
