package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everyday operation: scale, domains, logs, one-off commands, a reboot. */
@ExtendWith(TestDroplet.Shared.class)
class OperatingIT {
    @Test
    void scaleAndDomainsSurviveADeploy(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "operated", "processes: { worker: { scale: 1 } }");
        app.write("Procfile", "web: perl app.pl\nworker: perl -e 'while (1) { print qq(tick\\n); sleep 1 }'\n");
        app.commit("worker");
        app.must("deploy");
        String web1 = container(droplet, "operated", "web", 1);

        app.must("scale", "web=2", "worker=1");
        assertThat(container(droplet, "operated", "web", 1))
                .as("what runs is not touched")
                .isEqualTo(web1);
        assertThat(container(droplet, "operated", "web", 2)).isNotBlank();
        app.must("domains", "add", "operated.example.com");
        assertThat(droplet.fetch("operated.example.com", "/").body()).isEqualTo("one");
        assertThat(app.get("/").body()).as("the default address stays").isEqualTo("one");

        Seen deploy = app.ship("two");
        assertThat(deploy.all()).contains("operated.example.com").contains("web=2");
        assertThat(deploy.out())
                .as("an address that answers: nothing leads to the other one")
                .contains("http://operated.")
                .doesNotContain("http://operated.example.com");
        assertThat(app.must("domains", "default", "off").out()).contains("the default address of operated is off");
        assertThat(app.get("/").status()).isEqualTo(404);
        assertThat(app.must("domains").out()).contains("default (off)");
        app.must("domains", "default", "on");
        assertThat(app.get("/").body()).isEqualTo("two");
        assertThat(droplet.fetch("operated.example.com", "/").body()).isEqualTo("two");
        assertThat(app.must("ps").out()).contains("web.1", "web.2", "worker.1", "running");

        app.must("scale", "web=1", "worker=0");
        // What is too many ends in the background: its requests may go on for a while.
        Polling.eventually(() -> assertThat(app.must("ps").out())
                .contains("web.1")
                .doesNotContain("web.2")
                .doesNotContain("worker.1"));
        app.must("domains", "remove", "operated.example.com");
        assertThat(droplet.fetch("operated.example.com", "/").status()).isEqualTo(404);
        app.destroy();
    }

    @Test
    void aDomainBelongsToOneApp(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "owner");
        TestApp other = TestApp.create(droplet, "intruder");
        app.must("deploy");
        other.must("deploy");
        app.must("domains", "add", "claimed.example.com");

        Seen refused = other.pocketpaas("domains", "add", "claimed.example.com");
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("owner");
        for (String bad : new String[] {"http://x.example.com", "x y.example", "a.example;return 200", "*"}) {
            assertThat(other.pocketpaas("domains", "add", bad).exit()).isEqualTo(2);
        }
        assertThat(droplet.fetch("claimed.example.com", "/").status()).isEqualTo(200);
        app.destroy();
        other.destroy();
    }

    @Test
    void logsOutliveTheContainers(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "talkative");
        app.must("deploy");
        app.get("/say/firstword");
        app.ship("two");
        app.get("/say/secondword");

        String logs = "";
        for (int i = 0; i < 50 && !logs.contains("secondword"); i++) {
            logs = app.must("logs", "--lines", "200").out();
        }
        assertThat(logs).contains("said firstword").contains("said secondword").contains("web.1");
        assertThat(logs.indexOf("firstword")).isLessThan(logs.indexOf("secondword"));
        app.destroy();
    }

    @Test
    void aOneOffCommandPassesItsStreamsAndExitCode(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "oneoff");
        app.must("deploy");
        app.must("env", "set", "COLOUR=red");

        Seen seen = app.pocketpaas("run", "--", "sh", "-c", "echo \"$COLOUR 'quoted'\"; echo problem >&2; exit 42");
        assertThat(seen.exit()).as(seen.toString()).isEqualTo(42);
        assertThat(seen.out()).isEqualTo("red 'quoted'\n");
        assertThat(seen.err()).contains("problem");
        Seen piped = app.laptop()
                .pocketpaas(
                        app.directory(),
                        "from stdin\n".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        "run",
                        "--",
                        "cat");
        assertThat(piped.out()).isEqualTo("from stdin\n");
        assertThat(droplet.inside("docker ps -a --filter label=pocketpaas.app=oneoff | wc -l")
                        .out()
                        .strip())
                .as("the heading and one web container")
                .isEqualTo("2");
        app.destroy();
    }

    @Test
    void aRebootBringsEverythingBackAndNothingOfOursRuns(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "reborn", "volumes: { data: /data }");
        app.must("deploy");
        app.get("/write/kept");

        droplet.reboot();

        Polling.until(Duration.ofMinutes(2), () -> app.get("/").status() == 200, () -> "the app does not come back");
        assertThat(app.get("/read").body()).isEqualTo("kept");
        droplet.awaitBoot();
        // What runs in the app's container is the app, whatever its entrypoint is called.
        String ours = droplet.inside(
                        "ps -eo args | grep -i pocketpaas | grep -v -e grep -e '^/sbin/docker-init' ; true")
                .out();
        assertThat(ours).as("processes of ours on the droplet").isBlank();
        app.destroy();
    }

    private static String container(TestDroplet droplet, String app, String type, int instance) {
        return droplet.inside("docker ps -q --filter label=pocketpaas.app=" + app + " --filter label=pocketpaas.type="
                        + type + " --filter label=pocketpaas.instance=" + instance)
                .out()
                .strip();
    }
}
