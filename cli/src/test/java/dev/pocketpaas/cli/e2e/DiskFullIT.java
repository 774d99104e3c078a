package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The disk with the state is full, at whichever write: a clear error, the state as it was, and all well once there is room. */
@Tag("faults")
@ExtendWith(TestDroplet.Shared.class)
class DiskFullIT {
    private SmallDisk disk;
    private TestApp app;

    @BeforeEach
    void begin(TestDroplet droplet) {
        disk = SmallDisk.under(droplet);
        app = TestApp.keepingAlive(droplet, "crowded", "release: echo migrating");
        app.must("deploy");
    }

    @AfterEach
    void end() {
        disk.room();
        app.destroy();
        disk.close();
    }

    /** A few pages more each time, so that each of its writes is the one that fails, until it gets by. */
    @Test
    void aChangeAtEachOfItsWrites(TestDroplet droplet) {
        int failures = 0;
        boolean done = false;
        for (int pages = 0; !done; pages += 5) {
            String state = disk.state();
            disk.leave(pages);

            Seen seen = app.pocketpaas("env", "set", "MARK=" + pages);

            done = seen.exit() == 0;
            if (!done) {
                failures++;
                unchanged(seen, state, "one");
            }
            assertThat(pages).as("never gets by; last:\n%s", seen).isLessThan(400);
        }
        disk.room();
        assertThat(failures).as("writes that failed").isGreaterThan(4);
        app.must("env", "set", "MARK=end");
        Truth.clean(droplet, app);
    }

    /** The same, one at a time: the others find room, and what is taken back does. */
    @Test
    void aChangeOfWhichOneWriteFails(TestDroplet droplet) {
        try (Injection injection = Injection.on(droplet)) {
            // Both slots have been used from then on, so that each change does the same.
            app.must("env", "set", "MARK=before");
            app.must("env", "set", "MARK=then");
            Truth.clean(droplet, app);
            injection.record();
            app.must("env", "set", "MARK=0");
            Truth.clean(droplet, app);
            List<Injection.Step> writes =
                    injection.steps("(?:open|rename|symlink|mkdir|sync|truncate) .*/apps/crowded(?:/| |$)");
            assertThat(writes).hasSizeGreaterThan(20);
            int failures = 0;
            for (Injection.Step write : writes) {
                String state = disk.state();
                injection.full(write);

                Seen seen = app.pocketpaas("env", "set", "MARK=" + write.hashCode());

                assertThat(injection.reached())
                        .as("%s was come by\n%s", write, seen)
                        .isTrue();
                Truth.clean(droplet, app);
                if (seen.exit() != 0) {
                    failures++;
                    told(seen);
                    assertThat(disk.state()).as("%s\n%s", write, seen).isEqualTo(state);
                } else {
                    // It has switched; the next command does what could not be written then.
                    app.must("env", "set", "MARK=settled" + write.hashCode());
                }
                assertThat(app.get("/").body()).as(seen.toString()).isEqualTo("one");
            }
            assertThat(failures).as("writes that failed").isGreaterThan(10);
        }
    }

    @Test
    void aRollbackWithRoomForNextToNothing(TestDroplet droplet) {
        app.ship("two");
        String state = disk.state();
        int failures = 0;
        boolean done = false;
        for (int pages = 2; !done; pages += 4) {
            disk.leave(pages);

            Seen seen = app.pocketpaas("rollback");

            done = seen.exit() == 0;
            if (!done) {
                failures++;
                unchanged(seen, state, "two");
            }
            assertThat(pages).as("never gets by; last:\n%s", seen).isLessThan(400);
        }
        disk.room();
        assertThat(failures).as("rollbacks that failed").isGreaterThan(4);
        assertThat(app.get("/").body()).isEqualTo("one");
        Truth.clean(droplet, app);
    }

    /** The disk fills up while the deploy is at the step. */
    @ParameterizedTest
    @CsvSource({
        "before engine POST /containers/create.* build$, 0",
        "before engine GET /containers/[0-9a-f]+/json build$, 1",
        "before engine POST .*/start release.1$, 0",
        "before engine POST /containers/create.* web.1$, 0",
        "before engine POST /containers/create.* web.1$, 2",
        "before rename .*/apps/crowded/live$, 0",
        "after rename .*/apps/crowded/live$, 0"
    })
    void aDeployWhoseDiskFillsUp(String place, int pages, TestDroplet droplet) {
        try (Injection injection = Injection.on(droplet)) {
            app.message("two");
            app.commit("two");
            String state = disk.state();
            injection.hold(place);
            Victim.Running deploy = new Victim.Running("two", app.laptop(), app.directory(), "deploy");
            injection.await();
            disk.leave(pages);
            injection.release();

            int exit = deploy.end();

            String body = app.get("/").body();
            if (exit == 0) {
                assertThat(body).as(deploy.printed()).isEqualTo("two");
            } else {
                assertThat(exit).as(deploy.printed()).isEqualTo(5);
                assertThat(deploy.printed()).containsPattern("disk|No space");
                assertThat(body).as(deploy.printed()).isEqualTo("one");
                disk.room();
                assertThat(disk.state()).isEqualTo(state);
            }
            disk.room();
            app.must("deploy");
            assertThat(app.get("/").body()).isEqualTo("two");
            Truth.clean(droplet, app);
        }
    }

    @Test
    void aBuildThatFillsTheDisk(TestDroplet droplet) {
        Hog.bring(droplet);
        app.write("hog", "echo filling; cat /dev/zero >\"$2/big\"\n");
        app.message("two");
        app.commit("fill the cache");
        String state = disk.state();

        Seen seen = app.pocketpaas("deploy");

        unchanged(seen, state, "one");
        app.write("hog", "echo modest\n");
        app.commit("a modest build");
        app.must("deploy");
        assertThat(app.get("/").body()).isEqualTo("two");
        Truth.clean(droplet, app);
    }

    @Test
    void tooLittleRoomForABuildIsSaidWithNumbers(TestDroplet droplet) {
        app.message("two");
        app.commit("two");
        disk.guarded();
        String state = disk.state();
        disk.leave(25_600);

        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.err()).containsPattern("\\d+ MB.*1024 MB");
        unchanged(seen, state, "one");
        app.must("deploy");
        Truth.clean(droplet, app);
    }

    private void unchanged(Seen seen, String state, String served) {
        told(seen);
        assertThat(app.get("/").body()).as(seen.toString()).isEqualTo(served);
        disk.room();
        assertThat(disk.state()).as(seen.toString()).isEqualTo(state);
    }

    /** Says that there is no room, and that by its exit code nothing has changed. */
    static void told(Seen seen) {
        assertThat(seen.exit()).as(seen.toString()).isIn(4, 5);
        assertThat(seen.err()).as(seen.toString()).containsPattern("disk|No space");
    }
}
