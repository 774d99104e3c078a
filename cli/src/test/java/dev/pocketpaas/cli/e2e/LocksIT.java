package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two laptops at once: one wins, the other is told, nothing is lost. */
@ExtendWith(TestDroplet.Shared.class)
class LocksIT {
    @Test
    void aSecondDeployIsRefusedOrWaitsInLine(TestDroplet droplet) {
        TestApp app = ControlIT.held(droplet, "contended");
        TestApp other = TestApp.create(droplet, "beside");
        Laptop bob = second(droplet, app, "bob");
        Path clone = bob.directory("contended");
        bob.must(clone, "git", "clone", "-q", app.directory().toString(), ".");
        Laptop.write(clone.resolve("app.pl"), TestApp.SERVER.replace("MESSAGE", "'bob'"));
        bob.commit(clone, "by bob");
        try (Running deploy = Running.pocketpaas(app.laptop(), app.directory(), "deploy")) {
            deploy.until("begun");

            Seen refused = bob.pocketpaas(clone, "deploy", "--accept-new-host-key");
            assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
            assertThat(refused.err())
                    .containsPattern("contended is busy: deploy of [0-9a-f]{7} \"two\" by .+, begun [0-9]+ (s|min) ago")
                    .contains("--wait", "--attach", "--cancel")
                    .doesNotContain("Pushing");
            Seen push = app.laptop()
                    .with("GIT_SSH_COMMAND", droplet.gitSsh())
                    .run(app.directory(), "git", "push", "pocketpaas", "main");
            assertThat(push.exit()).isNotZero();
            assertThat(push.err()).containsPattern("remote: +! +contended is busy: deploy of [0-9a-f]{7} \"two\" by ");
            other.must("deploy");

            try (Running waiting = Running.pocketpaas(bob, clone, "deploy", "--wait")) {
                waiting.until("place 1, behind deploy of [0-9a-f]{7} \"two\" by ");
                try (Running third = Running.pocketpaas(app.laptop(), app.directory(), "deploy", "--wait")) {
                    third.until("place 2, behind").interrupt();
                    Seen left = third.end();
                    assertThat(left.exit()).as(left.toString()).isEqualTo(130);
                    assertThat(left.out()).contains("No longer waiting. Nothing was deployed.");
                }
                app.get("/write/go");
                Seen first = deploy.end();
                assertThat(first.exit()).as(first.toString()).isZero();
                Seen next = waiting.end();
                assertThat(next.exit()).as(next.toString()).isZero();
                assertThat(next.out()).contains("v3 is live");
            }
        }
        assertThat(app.get("/").body()).isEqualTo("bob");
        assertThat(droplet.inside("ls /var/lib/pocketpaas/apps/contended/queue").out())
                .as("nobody is left in line")
                .isEmpty();
        app.must("keys", "remove", "bob");
        app.destroy();
        other.destroy();
    }

    @Test
    void changesDoNotWaitForABuildThatIsThenRefused(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "overtaken");
        app.must("deploy");
        app.ship("two");
        app.message("three");
        app.commit("three");

        hold(droplet);
        try (Running deploy = Running.pocketpaas(app.laptop(), app.directory(), "deploy")) {
            deploy.until("Building");
            assertThat(app.must("rollback").out()).contains("v3 is live");
            assertThat(app.get("/").body()).isEqualTo("one");
            assertThat(deploy.isAlive()).as("the build still goes on").isTrue();
            release(droplet);
            Seen seen = deploy.end();
            assertThat(seen.exit()).as(seen.toString()).isEqualTo(4);
            assertThat(seen.out()).contains("v3 went live (rollback to v1)", "nothing was switched");
        }
        assertThat(app.get("/").body()).isEqualTo("one");
        Seen again = app.must("deploy");
        assertThat(again.err()).contains("nothing changed since the same inputs were built");
        assertThat(app.get("/").body()).isEqualTo("three");

        app.message("four");
        app.commit("four");
        hold(droplet);
        try (Running deploy = Running.pocketpaas(app.laptop(), app.directory(), "deploy")) {
            deploy.until("Building");
            app.must("env", "set", "COLOUR=red");
            assertThat(app.get("/env/COLOUR").body()).isEqualTo("726564");
            release(droplet);
            Seen seen = deploy.end();
            assertThat(seen.exit()).as(seen.toString()).isEqualTo(4);
            assertThat(seen.out()).contains("(env set COLOUR)");
        }
        assertThat(app.get("/").body()).isEqualTo("three");
        app.must("deploy");
        assertThat(app.get("/").body()).isEqualTo("four");
        assertThat(app.get("/env/COLOUR").body()).as("kept").isEqualTo("726564");
        app.destroy();
    }

    @Test
    void variablesThatTwoLaptopsSetAtOnceAreBothKept(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "bothset");
        app.must("deploy");
        Laptop bob = second(droplet, app, "eve");
        String[] set = {"env", "set", "HERS=1", "--accept-new-host-key"};
        try (Running hers = Running.pocketpaas(bob, app.directory(), set);
                Running his = Running.pocketpaas(app.laptop(), app.directory(), "env", "set", "HIS=1")) {
            Seen one = hers.end();
            Seen other = his.end();
            assertThat(one.exit()).as(one.toString()).isZero();
            assertThat(other.exit()).as(other.toString()).isZero();
        }
        assertThat(app.get("/env/HERS").body() + app.get("/env/HIS").body()).isEqualTo("3131");
        assertThat(app.must("releases").out()).contains("env set HERS", "env set HIS");
        app.must("keys", "remove", "eve");
        app.destroy();
    }

    /** From now on every build waits before its image is put together. */
    private static void hold(TestDroplet droplet) {
        Seen seen = droplet.inside("rm -f /run/let-go; systemd-run --quiet --collect --unit hold-builds flock"
                + " /var/lib/pocketpaas/layers.lock bash -c 'until [[ -e /run/let-go ]]; do sleep 0.1; done'"
                + " && until ! flock -n /var/lib/pocketpaas/layers.lock true; do sleep 0.1; done");
        assertThat(seen.exit()).as(seen.toString()).isZero();
    }

    private static void release(TestDroplet droplet) {
        droplet.inside("touch /run/let-go");
    }

    private static Laptop second(TestDroplet droplet, TestApp app, String name) {
        Laptop laptop = droplet.stranger(name).with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());
        app.must("keys", "add", name, ControlIT.keyOf(laptop));
        return laptop;
    }
}
