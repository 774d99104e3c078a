package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a release holds, and going back to one. */
@ExtendWith(TestDroplet.Shared.class)
class ReleasesIT {
    @Test
    void aRollbackIsExactAndSaysWhatGoesBack(TestDroplet droplet) throws Exception {
        TestApp app = TestApp.create(droplet, "goback", "healthcheck: { deadline: 50s }");
        app.must("deploy");
        app.must("env", "set", "COLOUR=red", "SIZE=1");
        app.ship("two");

        Seen back = app.must("rollback", "v1");
        assertThat(back.all())
                .contains("env keys that go back: COLOUR SIZE", "undo: pocketpaas rollback v3", "v4 is live")
                .doesNotContain("Building");
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(app.get("/env/COLOUR").body()).isEqualTo("unset");
        assertThat(app.must("env").out()).doesNotContain("COLOUR");

        app.must("rollback", "v3");
        assertThat(app.get("/").body()).isEqualTo("two");
        assertThat(app.get("/env/COLOUR").body()).isEqualTo(hex("red"));
        app.must("env", "set", "COLOUR=blue");
        // v5 has the same code, so with today's environment it would be the same thing.
        Seen kept = app.must("rollback", "--keep-env");
        assertThat(kept.all()).contains("rolled back to v4", "v7 is live").doesNotContain("env keys");
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(app.get("/env/COLOUR").body()).isEqualTo(hex("blue"));

        app.write("Procfile", "web: exit 3\n");
        app.commit("never healthy");
        assertThat(app.pocketpaas("deploy").exit()).isEqualTo(5);
        refused(app, "v8", "v8 was never healthy, so nothing goes back to it");
        refused(app, "v99", "goback has no release v99");
        assertThat(app.must("rollback", "v1", "--help").out()).contains("Usage:");
        assertThat(app.must("rollback", "v7").out()).contains("Nothing to do");

        assertThat(app.must("releases").out().lines().toList())
                .anyMatch(line -> line.matches("v8 +failed .* never healthy .*"))
                .anyMatch(line -> line.matches("v7 +live .* rollback to v4 .*"))
                .anyMatch(line -> line.matches("v2 +good .* env set COLOUR, SIZE .*"))
                .hasSize(9);
        showsAllOfARelease(droplet, app);
        app.destroy();
    }

    private static void refused(TestApp app, String release, String sentence) {
        Seen seen = app.pocketpaas("rollback", release);
        assertThat(seen.exit()).as(seen.toString()).isEqualTo(4);
        assertThat(seen.err()).contains(sentence);
    }

    private static void showsAllOfARelease(TestDroplet droplet, TestApp app) throws Exception {
        assertThat(app.must("releases", "show", "v3").out())
                .contains("v3: good", "process web", "perl app.pl", "env COLOUR", "•••••• (env set)", "deadline 50 s")
                .contains(app.git("rev-parse", "HEAD~1").out().strip())
                .contains(app.git("rev-parse", "HEAD~1^{tree}").out().strip());
        assertThat(app.must("releases", "show", "v8").out()).contains("failed because", "exited with code 3");
        assertThat(app.must("releases", "show", "v7", "--show", "--json").out())
                .contains("\"live\" : true", "\"value\" : \"blue\"", "\"kind\" : \"rollback\"");
        assertThat(app.must("releases", "log", "v3").out()).contains("builder:");
        assertThat(app.pocketpaas("releases", "show", "v99").exit()).isEqualTo(4);

        String generated = app.must("keys", "add", "viewer", "--app", "goback", "--generate")
                .out();
        Path key = app.laptop().home().resolve("viewer-key");
        Files.writeString(key, generated.substring(generated.indexOf("-----BEGIN")));
        app.laptop().must(app.laptop().home(), "chmod", "600", key.toString());
        Laptop viewer = droplet.stranger("viewer")
                .with("POCKETPAAS_SSH_KEY", key.toString())
                .with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());
        Seen seen = viewer.pocketpaas(app.directory(), "releases", "show", "v7", "--show", "--accept-new-host-key");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(seen.out()).contains("env COLOUR").doesNotContain("blue");
        assertThat(viewer.pocketpaas(app.directory(), "rollback").exit()).isEqualTo(4);
        assertThat(viewer.pocketpaas(app.directory(), "prune").exit()).isEqualTo(4);
        app.must("keys", "remove", "viewer");
    }

    @Test
    void aVolumeRemovedByHandComesBackForTheAppToWriteTo(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "handmade", "volumes: { data: /data }", "limits: { memory: 96M }");
        app.write("Procfile", "web: perl app.pl\nsmall: sleep 100000\n");
        app.manifest(
                "volumes: { data: /data }",
                "limits: { memory: 96M }",
                "processes: { small: { memory: 32M, scale: 1 } }");
        app.commit("types");
        app.must("deploy");

        for (String[] command : new String[][] {{"env", "set", "A=1"}, {"rollback", "v1"}, {"restart"}}) {
            droplet.inside("docker rm -f $(docker ps -aq --filter label=pocketpaas.app=handmade);"
                    + " docker volume rm pocketpaas-handmade.data");
            app.must(command);
            assertThat(app.get("/write/kept").body()).as(command[0]).isEqualTo("written");
        }

        String limit = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max";
        assertThat(app.must("run", "--type", "small", "--", "sh", "-c", limit).out())
                .isEqualTo("33554432\n");
        assertThat(app.must("run", "--", "sh", "-c", limit).out()).isEqualTo("100663296\n");
        Seen unknown = app.pocketpaas("run", "--type", "nosuch", "--", "true");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err()).contains("handmade has no process type nosuch; it has: web small");
        app.destroy();
    }

    private static String hex(String text) {
        StringBuilder hex = new StringBuilder();
        text.chars().forEach(c -> hex.append(Integer.toHexString(c)));
        return hex.toString();
    }
}
