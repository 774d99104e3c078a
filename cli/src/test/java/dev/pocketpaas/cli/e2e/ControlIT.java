package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A deploy goes on whatever becomes of the laptop that began it; others can watch it, and stop it. */
@ExtendWith(TestDroplet.Shared.class)
class ControlIT {
    /** A release command that waits as long as the app's volume says so. */
    static final String HELD =
            "release: \"echo begun; while grep -qs hold /data/file; do echo waiting; sleep 0.5; done\"";

    static final String VOLUME = "volumes: { data: /data }";

    @Test
    void whoLooksAwayMissesNothing(TestDroplet droplet) {
        TestApp app = held(droplet, "watched");
        List<String> before = containers(droplet, app);

        // A laptop that goes away politely, and one that does not.
        try (Running deploy = Running.pocketpaas(app.laptop(), app.directory(), "deploy")) {
            deploy.until("begun").interrupt();
            Seen left = deploy.end();
            assertThat(left.exit()).as(left.toString()).isEqualTo(130);
            assertThat(left.out()).contains("continues on the host", "deploy --attach", "deploy --cancel");
        }
        try (Running watching = Running.pocketpaas(app.laptop(), app.directory(), "deploy", "--attach")) {
            watching.until("begun").kill();
        }
        try (Running watching = Running.pocketpaas(app.laptop(), app.directory(), "deploy", "--attach")) {
            watching.until("begun");
            assertThat(app.get("/").body()).isEqualTo("one");
            app.get("/write/go");
            Seen seen = watching.end();
            assertThat(seen.exit()).as(seen.toString()).isZero();
            assertThat(seen.out()).contains("deploy of", "\"two\"", "begun", "watched is deployed; v2 is live");
        }
        assertThat(app.get("/").body()).isEqualTo("two");
        Seen late = app.must("deploy", "--attach");
        assertThat(late.all()).contains("ended", "v2 is live");

        // The same for plain git, and to the bitter end.
        app.get("/write/hold");
        app.message("three");
        app.commit("three");
        Laptop git = app.laptop().with("GIT_SSH_COMMAND", droplet.gitSsh());
        try (Running push = Running.start(git, app.directory(), "git", "push", "pocketpaas", "main")) {
            push.until("remote: +begun").kill();
        }
        try (Running watching = Running.pocketpaas(app.laptop(), app.directory(), "deploy", "--attach")) {
            watching.until("begun");
            Seen cancelled = app.must("deploy", "--cancel");
            assertThat(cancelled.out()).contains("watched: deploy cancelled; v2 is live");
            Seen seen = watching.end();
            assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
            assertThat(seen.out()).contains("cancelled by", "still serving: v2");
        }
        assertThat(app.get("/").body()).isEqualTo("two");
        assertThat(containers(droplet, app)).hasSameSizeAs(before);
        assertThat(app.must("releases").out()).containsPattern("v3 +cancelled");
        Seen nothing = app.pocketpaas("deploy", "--cancel");
        assertThat(nothing.exit()).as(nothing.toString()).isEqualTo(4);
        assertThat(nothing.err()).contains("no deploy of watched to cancel");
        app.destroy();
    }

    @Test
    void ctrlCOnATerminalAsksWhatIsMeant(TestDroplet droplet) {
        TestApp app = held(droplet, "asked");
        // Without exec the shell in between would hear the interrupt, too, and end with 130 whatever the program does.
        String[] onTerminal = {"script", "-qefc", "exec " + Laptop.program() + " deploy", "/dev/null"};
        Laptop laptop = app.laptop().with("TERM", "xterm");

        try (Running deploy = Running.start(laptop, app.directory(), onTerminal)) {
            // What the deploy says meanwhile comes after the answer.
            deploy.until("begun").type("\u0003").until("\\[d\\]etach").type("\n");
            deploy.until("(?s)\\[d\\]etach.*waiting").type("\u0003");
            deploy.until("(?s)\\[d\\]etach.*\\[d\\]etach").type("c\n");
            Seen seen = deploy.end();
            assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
            assertThat(seen.out()).contains("cancelled by", "still serving: v1");
        }
        try (Running deploy = Running.start(laptop, app.directory(), onTerminal)) {
            // A second one does not wait for an answer.
            deploy.until("begun").type("\u0003").until("\\[d\\]etach").type("\u0003");
            Seen seen = deploy.end();
            assertThat(seen.exit()).as(seen.toString()).isEqualTo(130);
            assertThat(seen.out()).contains("continues on the host", "deploy --attach");
        }
        app.get("/write/go");
        assertThat(app.must("deploy", "--attach").all()).contains("is live");
        assertThat(app.get("/").body()).isEqualTo("two");
        app.destroy();
    }

    @Test
    void aFirstDeployThatIsCancelledLeavesNothingRunning(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "never", "release: \"echo begun; sleep 600\"");
        TestApp other = TestApp.create(droplet, "never-mind");
        other.must("deploy");
        other.must("keys", "add", "cancelling", "--app", "never-mind", keyOf(droplet.stranger("cancelling")));
        Laptop stranger = droplet.stranger("cancelling").with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());
        try (Running deploy = Running.pocketpaas(app.laptop(), app.directory(), "deploy")) {
            deploy.until("begun");
            for (String act : new String[] {"--cancel", "--attach"}) {
                Seen refused = stranger.pocketpaas(app.directory(), "deploy", act, "--accept-new-host-key");
                assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
                assertThat(refused.err()).contains("may not use the app never");
            }

            app.must("deploy", "--cancel");

            Seen seen = deploy.end();
            assertThat(seen.exit()).as(seen.toString()).isEqualTo(6);
            assertThat(seen.out()).contains("cancelled by");
        }
        assertThat(containers(droplet, app)).isEmpty();
        app.must("keys", "remove", "cancelling");
        app.destroy();
        other.destroy();
    }

    @Test
    void onceItHasSwitchedItIsTooLate(TestDroplet droplet) {
        cancelledTooLate(droplet, "late", (app, injection) -> {
            try (Running cancel = Running.pocketpaas(app.laptop(), app.directory(), "deploy", "--cancel")) {
                cancel.until("stopping the deploy");
                injection.release();
                return cancel.end();
            }
        });
    }

    /** After a minute it is killed, and is live all the same. */
    @Test
    @Tag("faults")
    void soItIsWhereItDoesNotStop(TestDroplet droplet) {
        cancelledTooLate(droplet, "stuck-late", (app, injection) -> app.pocketpaas("deploy", "--cancel"));
    }

    /** Held just behind the switch, and the very program that has switched is what the cancelling ends. */
    private static void cancelledTooLate(
            TestDroplet droplet, String name, BiFunction<TestApp, Injection, Seen> cancelling) {
        TestApp app = TestApp.create(droplet, name);
        app.must("deploy");
        app.message("two");
        app.commit("two");
        try (Injection injection = Injection.on(droplet)) {
            injection.hold("after rename .*/apps/" + name + "/live$");
            try (Running deploy = Running.pocketpaas(app.laptop(), app.directory(), "deploy")) {
                injection.await();

                Seen refused = cancelling.apply(app, injection);

                assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
                assertThat(refused.all()).contains("too late: v2 is live", "pocketpaas rollback");
                Seen seen = deploy.end();
                assertThat(seen.exit()).as(seen.toString()).isZero();
            }
        }
        assertThat(app.get("/").body()).isEqualTo("two");
        assertThat(app.must("releases").out()).containsPattern("v2 +live");
        Truth.clean(droplet, app);
        app.destroy();
    }

    /** An app whose first version serves and whose second, committed, waits in its release command once it is deployed. */
    static TestApp held(TestDroplet droplet, String name) {
        TestApp app = TestApp.create(droplet, name, HELD, VOLUME);
        app.must("deploy");
        app.get("/write/hold");
        app.message("two");
        app.commit("two");
        return app;
    }

    static String keyOf(Laptop laptop) {
        return laptop.home().resolve(".ssh/id_ed25519.pub").toString();
    }

    private static List<String> containers(TestDroplet droplet, TestApp app) {
        return droplet.inside("docker ps -aq --no-trunc --filter label=pocketpaas.app=" + app.name())
                .out()
                .lines()
                .toList();
    }
}
