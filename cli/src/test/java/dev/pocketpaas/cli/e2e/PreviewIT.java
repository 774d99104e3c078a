package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Previews of an app from their first to their last moment, by keys that may do nothing else; stages and promotion. */
@ExtendWith(TestDroplet.Shared.class)
class PreviewIT {
    private static final String CRON = "ls /etc/systemd/system | grep -c 'pocketpaas-cron-prev-x_'";

    @Test
    void aPreviewIsAnAppOfItsOwnThatEnds(TestDroplet droplet) throws Exception {
        TestApp app = TestApp.create(
                droplet,
                "prev",
                "domains: [prev.example.com]",
                "volumes: { data: /data }",
                "cron: { job: { schedule: '@daily', command: 'true' } }",
                "previews: { max: 1, env: { COLOR: blue } }");
        app.must("deploy");
        app.must("env", "set", "PLAIN=x", "API_TOKEN=canary-5151");
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.inside("systemctl list-units --plain --no-legend 'pocketpaas-drain-*'")
                        .out()
                        .isEmpty(),
                () -> "the old release does not end");
        List<String> before = Inventory.of(droplet);
        Laptop ci = key(droplet, app, "prev-ci", "--previews-only");

        app.git("checkout", "-q", "-b", "x");
        app.message("two");
        app.commit("two");
        Path note = app.directory().resolve("note.md");
        Seen made = ci.pocketpaas(app.directory(), "deploy", "--preview", "--comment", note.toString());
        assertThat(made.exit()).as(made.toString()).isZero();
        assertThat(made.err()).contains("look like secrets: API_TOKEN", "The preview lasts until");
        assertThat(note).content().contains("### Preview of `x`", "Address: http://prev-x.");
        assertThat(droplet.get("prev-x", "/").body()).isEqualTo("two");
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(droplet.inside("curl -sI -H 'Host: prev-x.localhost' http://127.0.0.1/")
                        .out())
                .contains("X-Robots-Tag: noindex");
        assertThat(app.must("env", "--app", "prev-x", "--show").out())
                .contains("blue", "PLAIN")
                .doesNotContain("canary-5151");
        assertThat(app.must("domains", "--app", "prev-x").all()).doesNotContain("prev.example.com");
        assertThat(droplet.inside("docker volume ls -q").out()).contains("pocketpaas-prev-x.data");
        assertThat(droplet.inside(CRON).out()).isEqualTo("0\n");
        assertThat(app.must("previews").out()).containsPattern("x +prev-x +running +v1 ");
        assertThat(app.must("apps").out()).containsPattern("prev-x .* prev\n");
        assertThat(app.must("status", "--app", "prev-x").out())
                .containsPattern("App +prev-x, running, preview")
                .containsPattern("Preview of +prev, until ");

        rights(app, ci);
        full(app, ci);

        // Its time comes, and nobody calls back.
        PreviewSweep.end(droplet, "prev-x");
        app.must("keys", "remove", "prev-ci");
        assertThat(Inventory.of(droplet)).isEqualTo(before);
        app.destroy();
    }

    private static void rights(TestApp app, Laptop ci) {
        for (String[] words : new String[][] {
            {"deploy"},
            {"releases"},
            {"env"},
            {"logs"},
            {"deploy", "--cancel"},
            {"promote", "--app", "prev-x", "--to", "prev"},
            {"env", "--app", "prev-x", "set", "A=1"},
            {"destroy", "--app", "prev-x", "--confirm", "prev-x"}
        }) {
            assertThat(ci.pocketpaas(app.directory(), words).exit())
                    .as(String.join(" ", words))
                    .isEqualTo(4);
        }
        assertThat(ci.pocketpaas(app.directory(), "apps").out())
                .contains("prev-x")
                .doesNotContain("prev ");
        assertThat(ci.pocketpaas(app.directory(), "logs", "--app", "prev-x").exit())
                .isZero();
        assertThat(ci.pocketpaas(app.directory(), "env", "--app", "prev-x", "--show")
                        .out())
                .contains("PLAIN")
                .doesNotContain("blue");
        assertThat(app.get("/").body()).isEqualTo("one");
    }

    /** A branch has no say about how many there may be, and which secrets it gets. */
    private static void full(TestApp app, Laptop ci) {
        app.manifest("previews: { max: 50, secrets: [API_TOKEN] }");
        app.commit("more for me");
        assertThat(ci.pocketpaas(app.directory(), "deploy", "--preview").exit()).isZero();
        assertThat(app.must("env", "--app", "prev-x", "--show").out()).doesNotContain("canary-5151");
        Seen another = ci.pocketpaas(app.directory(), "deploy", "--preview", "y");
        assertThat(another.exit()).isEqualTo(4);
        assertThat(another.err())
                .contains("prev has as many previews as it may have (1): x (ends ", "previews remove x --app prev");
        app.git("checkout", "-q", "-");
    }

    private static Laptop key(TestDroplet droplet, TestApp app, String name, String role) throws Exception {
        Seen generated = app.must("keys", "add", name, "--app", app.name(), role, "--generate");
        Path key = app.laptop().home().resolve(name);
        Files.writeString(key, generated.out().substring(generated.out().indexOf("-----BEGIN")));
        app.laptop().must(app.laptop().home(), "chmod", "600", key.toString());
        Laptop ci = droplet.stranger(name)
                .with("POCKETPAAS_SSH_KEY", key.toString())
                .with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());
        ci.pocketpaas(app.directory(), "apps", "--accept-new-host-key");
        return ci;
    }

    @Test
    void aReleaseIsPromotedFromAStageThatGoes(TestDroplet droplet) {
        TestApp app = TestApp.create(
                droplet,
                "prom",
                "env: { STAGE: production }",
                "stages: { staging: { app: prom-staging, env: { STAGE: staging } } }");
        app.must("deploy");
        app.message("two");
        app.commit("two");
        app.must("deploy", "--stage", "staging");
        assertThat(droplet.get("prom-staging", "/").body()).isEqualTo("two");
        assertThat(app.must("env", "--stage", "staging", "--show").out()).contains("staging");

        Seen promoted = app.must("promote", "--stage", "staging", "--to", "prom");
        assertThat(promoted.all()).doesNotContain("Building");
        assertThat(app.get("/").body()).isEqualTo("two");
        assertThat(app.must("env", "--show").out()).contains("production");
        assertThat(image(app, "prom")).isEqualTo(image(app, "prom-staging"));
        assertThat(app.must("promote", "--stage", "staging", "--to", "prom").all())
                .contains("Nothing to do");

        app.must("destroy", "--stage", "staging", "--confirm", "prom-staging");
        app.must("rollback");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.must("rollback", "v2");
        assertThat(app.get("/").body()).isEqualTo("two");
        Seen gone = app.pocketpaas("promote", "--stage", "staging", "--to", "prom");
        assertThat(gone.exit()).isEqualTo(4);
        assertThat(gone.err()).contains("there is no app prom-staging on this host");
        app.destroy();
    }

    private static String image(TestApp app, String name) {
        String json = app.must("releases", "--app", name, "--json").out();
        String release = json.substring(json.indexOf("\"release\" : \"") + 13);
        return TestDroplet.field(
                app.must("releases", "show", release.substring(0, release.indexOf('"')), "--app", name, "--json")
                        .out(),
                "image");
    }

    /** What the host's timer does. */
    static final class PreviewSweep {
        private static final String TIMER = "/usr/local/lib/pocketpaas/current/notices";

        private PreviewSweep() {}

        /** The time of the preview is over. Returns when nothing of it is there any more; the timer comes as often as it has to. */
        static void end(TestDroplet droplet, String app) {
            String ends = "/var/lib/pocketpaas/apps/" + app + "/preview/ends";
            Polling.until(
                    Duration.ofSeconds(60),
                    () -> {
                        droplet.inside(
                                "if [ -e " + ends + " ]; then printf 2026-01-01T00:00:00Z >" + ends + "; fi; " + TIMER);
                        return droplet.inside("test -e /var/lib/pocketpaas/apps/" + app)
                                        .exit()
                                != 0;
                    },
                    () -> droplet.inside("tail -n 30 /var/lib/pocketpaas/work/*/log")
                            .out());
            // What it was done by goes with the next time.
            Polling.until(
                    Duration.ofSeconds(30),
                    () -> {
                        droplet.inside(TIMER);
                        return droplet.inside("grep -lx host /var/lib/pocketpaas/work/*/who")
                                .out()
                                .isEmpty();
                    },
                    () -> droplet.inside("ls /var/lib/pocketpaas/work").out());
        }
    }
}
