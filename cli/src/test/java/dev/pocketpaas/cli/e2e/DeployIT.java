package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Deploying, deploying again, going back; by the program and by stock git. */
@ExtendWith(TestDroplet.Shared.class)
class DeployIT {
    @Test
    void shipsTheCodeThenTheChangeThenGoesBack(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "roundtrip", "volumes: { data: /data }");

        Seen first = app.must("deploy");
        assertThat(first.out()).contains("http://roundtrip.localhost:" + droplet.httpPort());
        assertThat(first.all()).contains("v1");
        assertThat(app.get("/").status()).isEqualTo(200);
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(app.get("/write/kept").body()).isEqualTo("written");

        Seen second = app.ship("two");
        assertThat(second.all()).contains("v2");
        assertThat(app.get("/").body()).isEqualTo("two");

        Seen back = app.must("rollback");
        assertThat(back.all()).contains("v3", "v1").doesNotContain("Building");
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(app.get("/read").body()).as("the file in the volume").isEqualTo("kept");

        Seen again = app.must("rollback", "v2");
        assertThat(again.all()).contains("v4");
        assertThat(app.get("/").body()).isEqualTo("two");

        Seen releases = app.must("releases");
        assertThat(releases.out()).contains("v4", "v3", "v2", "v1", "rollback to v2", "two");
        app.destroy();
        assertThat(app.get("/").status()).isEqualTo(404);
    }

    @Test
    void anUnchangedDeployRestartsNothing(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "unchanged");
        app.must("deploy");
        String before = containers(droplet, "unchanged");

        Seen again = app.must("deploy");

        assertThat(again.all()).contains("already live");
        assertThat(containers(droplet, "unchanged")).isEqualTo(before).isNotBlank();
        app.destroy();
    }

    @Test
    void stockGitShipsToo(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "plaingit");
        app.must("deploy");
        app.message("by git");
        app.commit("by git");

        Seen push = app.laptop()
                .with("GIT_SSH_COMMAND", droplet.gitSsh())
                .run(app.directory(), "git", "push", "pocketpaas", "main");

        assertThat(push.exit()).as(push.toString()).isZero();
        assertThat(push.err()).contains("remote:").contains("http://plaingit.localhost");
        assertThat(app.get("/").body()).isEqualTo("by git");

        app.manifest("healthcheck: { path: / }");
        app.commit("other settings");
        Seen refused = app.laptop()
                .with("GIT_SSH_COMMAND", droplet.gitSsh())
                .run(app.directory(), "git", "push", "pocketpaas", "main");
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.err()).contains("settings changed: run `pocketpaas deploy`");
        assertThat(app.get("/").body()).isEqualTo("by git");
        app.must("deploy");
        app.destroy();
    }

    @Test
    void aDirectoryWithoutGitIsShippedAsItIs(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "nogit");
        app.laptop().must(app.directory(), "rm", "-rf", ".git");

        app.must("deploy");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.message("two");
        app.must("deploy");
        assertThat(app.get("/").body()).isEqualTo("two");
        assertThat(app.directory().resolve(".git")).doesNotExist();
        app.destroy();
    }

    @Test
    void uncommittedFilesAreNamedAndTakenAlongOnlyWhenAsked(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "dirty");
        app.message("uncommitted");

        Seen clean = app.must("deploy");
        assertThat(clean.err()).contains("app.pl").contains("--dirty");
        assertThat(app.get("/").body()).isEqualTo("one");

        app.must("deploy", "--dirty");
        assertThat(app.get("/").body()).isEqualTo("uncommitted");
        assertThat(app.git("status", "--porcelain").out()).isEqualTo(" M app.pl\n");
        app.destroy();
    }

    @Test
    void rewrittenHistoryIsFineAndUnrelatedHistoryIsNot(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "history");
        app.must("deploy");
        app.message("two");
        app.commit("two");
        app.must("deploy");
        app.git("reset", "-q", "--hard", "HEAD~1");
        app.message("rewritten");
        app.commit("rewritten");
        app.must("deploy");
        assertThat(app.get("/").body()).isEqualTo("rewritten");

        app.laptop().must(app.directory(), "rm", "-rf", ".git");
        app.message("another project");
        app.commit("unrelated");
        Seen refused = app.pocketpaas("deploy");
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("unrelated").contains("--confirm history");
        assertThat(app.get("/").body()).isEqualTo("rewritten");

        app.must("deploy", "--confirm", "history");
        assertThat(app.get("/").body()).isEqualTo("another project");
        app.destroy();
    }

    @Test
    void aShallowCloneCanDeploy(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "shallow");
        app.must("deploy");
        app.message("two");
        app.commit("two");
        app.laptop()
                .must(
                        app.laptop().home(),
                        "git",
                        "clone",
                        "-q",
                        "--depth",
                        "1",
                        "file://" + app.directory(),
                        app.laptop().directory("clone").toString());

        Seen seen = app.laptop().pocketpaas(app.laptop().home().resolve("projects/clone"), "deploy");

        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("two");
        app.destroy();
    }

    private static String containers(TestDroplet droplet, String app) {
        return droplet.inside("docker ps -q --no-trunc --filter label=pocketpaas.app=" + app)
                .out();
    }
}
