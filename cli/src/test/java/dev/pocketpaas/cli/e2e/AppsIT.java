package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An app at a glance, deploys that are locked or retried, and variables in an editor. */
@ExtendWith(TestDroplet.Shared.class)
class AppsIT {
    @Test
    void infoLockRetryAndEdit(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "glance", "healthcheck: { deadline: 2s }");
        app.must("deploy");
        app.must("env", "set", "COLOUR=dark green", "GONE=1");

        assertThat(app.must("apps", "info").out())
                .contains("name         glance", "state        running", "release      v2", "processes    web=1")
                .contains("http://glance.localhost");
        assertThat(app.must("apps", "info", "--json").out()).contains("\"release\" : \"v2\"", "\"web\" : 1");

        // Locked: nothing is deployed, by whatever way; everything else works.
        assertThat(app.must("apps", "lock", "--reason", "sale until Monday").out())
                .contains("deploys of glance are locked");
        app.message("two");
        app.commit("two");
        Seen refused = app.pocketpaas("deploy");
        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.err()).contains("deploys of glance are locked by ", "sale until Monday", "apps unlock");
        Seen push = app.laptop()
                .with("GIT_SSH_COMMAND", droplet.gitSsh())
                .run(app.directory(), "git", "push", "pocketpaas", "main");
        assertThat(push.exit()).isNotZero();
        assertThat(push.err()).contains("deploys of glance are locked by ");
        assertThat(app.must("apps", "info").out()).contains("sale until Monday");
        app.must("restart");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.must("apps", "unlock");
        assertThat(app.must("apps", "unlock").out()).contains("Nothing to do");

        // A deploy that failed for a reason that is gone: from the host's own copy.
        app.must("env", "set", "TEST_PORT=8999", "--no-restart");
        Seen failed = app.pocketpaas("deploy");
        assertThat(failed.exit()).as(failed.toString()).isEqualTo(5);
        app.must("env", "unset", "TEST_PORT");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.must("releases", "retry", failedRelease(app));
        assertThat(app.get("/").body()).isEqualTo("two");
        assertThat(app.pocketpaas("releases", "retry").exit())
                .as("the last one was good")
                .isEqualTo(4);

        edit(app);
        app.destroy();
    }

    private static String failedRelease(TestApp app) {
        return app.must("releases")
                .out()
                .lines()
                .filter(line -> line.contains(" failed "))
                .map(line -> line.split(" ")[0])
                .findFirst()
                .orElseThrow();
    }

    private static void edit(TestApp app) {
        Path editor = app.directory().resolve("editor");
        app.write(
                "editor",
                "#!/bin/sh\nsed -i -e 's/dark green/light blue/' -e '/^GONE=/d' \"$1\"; echo 'NEW=\"two words\"' >>\"$1\"\nls -l \"$1\" >&2\n");
        app.laptop().must(app.directory(), "chmod", "755", editor.toString());
        Seen edited = app.laptop().with("EDITOR", editor.toString()).pocketpaas(app.directory(), "env", "edit");
        assertThat(edited.exit()).as(edited.toString()).isZero();
        assertThat(edited.err()).contains("~ COLOUR", "- GONE", "+ NEW", "-rw-").doesNotContain("light blue");
        assertThat(app.must("env", "get", "COLOUR").out()).contains("light blue");
        assertThat(app.must("env", "get", "NEW").out()).contains("two words");
        assertThat(app.pocketpaas("env", "get", "GONE").exit()).isNotZero();

        Seen nothing = app.laptop().with("EDITOR", "true").pocketpaas(app.directory(), "env", "edit");
        assertThat(nothing.all()).contains("Nothing to do");
        Seen broken = app.laptop().with("EDITOR", "false").pocketpaas(app.directory(), "env", "edit");
        assertThat(broken.exit()).isEqualTo(4);

        // Somebody is faster.
        String program = Laptop.program().toAbsolutePath().toString();
        app.write("faster", "#!/bin/sh\n" + program + " env set COLOUR=red --no-restart >&2\necho OTHER=1 >>\"$1\"\n");
        app.laptop()
                .must(
                        app.directory(),
                        "chmod",
                        "755",
                        app.directory().resolve("faster").toString());
        Seen late = app.laptop()
                .with("EDITOR", app.directory().resolve("faster").toString())
                .pocketpaas(app.directory(), "env", "edit");
        assertThat(late.exit()).as(late.toString()).isEqualTo(4);
        assertThat(late.err()).contains("somebody else has changed COLOUR meanwhile; nothing was stored");
    }
}
