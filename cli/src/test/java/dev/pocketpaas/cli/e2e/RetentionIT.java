package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What stays on a host, what goes, and that there is room before anything is sent. */
@ExtendWith(TestDroplet.Shared.class)
class RetentionIT {
    private static final String LAYER = "pocketpaas-layer:0123456789abcdef0123456789abcdef";

    @AfterEach
    void theHostAsItWas(TestDroplet droplet) {
        droplet.inside("cd /var/lib/pocketpaas/host && rm -f keep-releases disk-needed");
    }

    @Test
    void theDiskStaysFlatAndWhatOthersHaveStays(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "kept");
        droplet.inside("printf 2 >/var/lib/pocketpaas/host/keep-releases");
        app.must("deploy");
        app.ship("two");
        String setUp = """
                set -e
                second=$(cat /var/lib/pocketpaas/apps/kept/releases/2/image)
                docker tag "$second" somebodys/backup:1
                container=$(docker create "$second" true)
                docker commit "$container" somebodys/derived:1
                docker rm "$container"
                printf '' | docker import - somebodys/own:1
                docker create --name somebodys "$(cat /var/lib/pocketpaas/host/stack)" true
                docker volume create somebodys
                """;
        assertThat(droplet.inside(setUp).exit()).isZero();
        app.ship("three");
        app.ship("four");
        String flat = settled(droplet, "kept", 2);
        app.ship("five");
        app.ship("six");
        assertThat(settled(droplet, "kept", 2)).isEqualTo(flat);

        Seen pruned = app.pocketpaas("rollback", "v3");
        assertThat(pruned.exit()).as(pruned.toString()).isEqualTo(4);
        assertThat(pruned.err()).contains("the image of v3 is no longer on the host");
        assertThat(app.must("releases", "show", "v3").out()).contains("deleted from the host");
        app.must("rollback");
        assertThat(app.get("/").body()).isEqualTo("five");

        app.destroy();
        assertThat(droplet.inside("docker image ls -q pocketpaas-app-kept | wc -l")
                        .out()
                        .strip())
                .isEqualTo("0");
        Seen foreign =
                droplet.inside("docker image inspect somebodys/backup:1 somebodys/derived:1 somebodys/own:1 >/dev/null"
                        + " && docker rm somebodys && docker volume rm somebodys"
                        + " && docker image rm somebodys/backup:1 somebodys/derived:1 somebodys/own:1");
        assertThat(foreign.exit()).as(foreign.toString()).isZero();
    }

    @Test
    void pruningFreesWhatIsOursAndNothingElse(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "pruned", "volumes: { data: /data }");
        app.must("deploy");
        app.must("prune");
        String work = "/var/lib/pocketpaas/work/20260101T000000Z-00000000";
        String setUp = """
                set -e
                container=$(docker create "$(cat /var/lib/pocketpaas/host/stack)" true)
                docker commit --change 'LABEL pocketpaas.app=long-gone' "$container" pocketpaas-app-long-gone:1
                docker commit --change 'LABEL pocketpaas.layer=x' "$container" LAYER
                docker commit --change 'LABEL pocketpaas.app=pruned' "$container" pocketpaas-app-pruned:1
                docker commit --change 'LABEL pocketpaas.app=pruned' "$container" somebodys:1
                docker rm "$container"
                mkdir -m 700 -p WORK/values
                cd WORK
                printf pruned >app
                : >alive
                printf 1 >pid
                head -c 3000000 /dev/urandom >source.tar
                """.replace("LAYER", LAYER).replace("WORK", work);
        assertThat(droplet.inside(setUp).exit()).isZero();

        String dry = app.must("prune", "--dry-run", "--json").out();
        assertThat(dry)
                .contains("pocketpaas-app-long-gone:1", LAYER, "pocketpaas-app-pruned:1", "/source.tar")
                .doesNotContain("somebodys", "\"caches\"");
        assertThat(dry).as("the source of three million bytes").containsPattern("\"bytes\" : 30[0-9]{5}\\b");
        assertThat(droplet.inside("docker image inspect pocketpaas-app-long-gone:1 " + LAYER
                                + " pocketpaas-app-pruned:1 && ls " + work + "/source.tar")
                        .exit())
                .as("a dry run touches nothing")
                .isZero();

        Seen real = app.must("prune");
        assertThat(real.out())
                .containsPattern("images +2\\s")
                .containsPattern("layers +1\\s")
                .containsPattern("works +2 ");
        assertThat(real.err()).contains("MB free in");
        assertThat(app.must("prune", "--dry-run").err()).contains("Nothing to delete.");
        assertThat(droplet.inside("docker image rm somebodys:1 && ls " + work + "/app && test ! -e " + work
                                + "/source.tar")
                        .exit())
                .isZero();
        assertThat(app.must("prune", "--caches").out()).contains("caches");
        assertThat(droplet.inside("ls /var/lib/pocketpaas/apps/pruned/cache/current")
                        .exit())
                .isNotZero();

        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(app.ship("two").exit()).isZero();
        app.destroy();
    }

    @Test
    void tooLittleRoomIsToldBeforeAnythingIsSent(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "cramped");
        app.must("deploy");
        droplet.inside("printf 99999999 >/var/lib/pocketpaas/host/disk-needed");
        String objects = "find /var/lib/pocketpaas/apps/cramped/repo.git/objects -type f | sort | sha256sum";
        String before = droplet.inside(objects).out();

        assertThat(app.must("deploy").all()).contains("already live");
        app.message("two");
        app.commit("two");
        Seen deploy = app.pocketpaas("deploy");
        assertThat(deploy.exit()).as(deploy.toString()).isEqualTo(4);
        assertThat(deploy.err())
                .containsPattern("[0-9]+ MB free in /var/lib/[a-z]+, a deploy needs 99999999 MB")
                .contains("pocketpaas prune");
        Seen push = app.laptop()
                .with("GIT_SSH_COMMAND", droplet.gitSsh())
                .run(app.directory(), "git", "push", "pocketpaas", "main");
        assertThat(push.exit()).as(push.toString()).isNotZero();
        assertThat(push.err()).contains("a deploy needs 99999999 MB", "pocketpaas prune");
        assertThat(droplet.inside(objects).out()).isEqualTo(before);
        assertThat(app.get("/").body()).isEqualTo("one");

        droplet.inside("rm /var/lib/pocketpaas/host/disk-needed");
        app.must("deploy");
        assertThat(app.get("/").body()).isEqualTo("two");
        app.destroy();
    }

    /** Waits until the app's images are as few as they shall be and nothing drains; how many things the engine then has, and what they take. */
    private static String settled(TestDroplet droplet, String app, int images) {
        String count =
                "docker image ls -q pocketpaas-app-" + app + " | wc -l; docker ps -q --filter label=pocketpaas.app="
                        + app + " | wc -l; systemctl list-units --plain --no-legend 'pocketpaas-drain-*' | wc -l";
        Polling.until(
                Duration.ofMinutes(3),
                () -> droplet.inside(count).out().equals(images + "\n1\n0\n"),
                () -> "images, containers, drains are " + droplet.inside(count).out());
        return droplet.inside("docker system df --format '{{.Type}} {{.TotalCount}} {{.Size}}'")
                .out();
    }
}
