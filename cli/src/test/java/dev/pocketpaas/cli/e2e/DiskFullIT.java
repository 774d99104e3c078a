package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The disk with the state is full, at whichever write: a clear error, the state as it was, and all well once there is room. */
@Tag("faults")
@ExtendWith(TestDroplet.Shared.class)
class DiskFullIT {
    private SmallDisk disk;
    private TestApp app;

    @BeforeEach
    void begin(TestDroplet droplet) {
        disk = SmallDisk.under(droplet);
        app = TestApp.keepingAlive(droplet, "crowded");
        app.must("deploy");
    }

    @AfterEach
    void end() {
        disk.room();
        app.destroy();
        disk.close();
    }

    @Test
    void aChangeWithRoomForNextToNothing(TestDroplet droplet) {
        sweep(droplet, 4, "env", "set");
    }

    @Test
    void aDeployWithRoomForNextToNothing(TestDroplet droplet) {
        sweep(droplet, 16, "deploy");
    }

    @Test
    void aRollbackWithRoomForNextToNothing(TestDroplet droplet) {
        app.ship("two");
        String state = disk.state();
        int refused = 0;
        for (int pages = 0; pages < 160; pages += 8) {
            disk.leave(pages);
            Seen seen = app.pocketpaas("rollback");
            if (seen.exit() == 0) {
                break;
            }
            refused++;
            told(seen);
            assertThat(app.get("/").body()).isEqualTo("two");
            disk.room();
            intact(state);
        }
        assertThat(refused).isPositive();
        disk.room();
        app.must("deploy");
        Truth.clean(droplet, app);
    }

    /** The same command with a few pages more each time, so that each of its writes is the one that fails, until it gets by. */
    private void sweep(TestDroplet droplet, int step, String... command) {
        String served = "one";
        int failures = 0;
        int pages = 0;
        for (boolean done = false; !done; pages += step) {
            String value = "v" + pages;
            String[] words = command;
            if (command[0].equals("deploy")) {
                app.message(value);
                app.commit(value);
            } else {
                words = new String[] {command[0], command[1], "MARK=" + value};
            }
            String state = disk.state();
            disk.leave(pages);

            Seen seen = app.pocketpaas(words);

            done = seen.exit() == 0;
            if (!done) {
                failures++;
                told(seen);
                assertThat(app.get("/").body())
                        .as("%s pages were left%n%s", pages, seen)
                        .isEqualTo(served);
                disk.room();
                intact(state);
            }
            assertThat(pages).as("never gets by; last:\n%s", seen).isLessThan(600);
        }
        disk.room();
        assertThat(failures).as("writes that failed").isGreaterThan(2);
        app.must(command[0].equals("deploy") ? command : new String[] {"env", "set", "MARK=end"});
        Truth.clean(droplet, app);
    }

    /** Says that there is no room, and that by its exit code nothing has changed. */
    static void told(Seen seen) {
        assertThat(seen.exit()).as(seen.toString()).isIn(4, 5);
        assertThat(seen.err()).as(seen.toString()).containsPattern("disk|No space");
    }

    /** What is live, and all that belongs to it, is byte for byte what it was. */
    private void intact(String state) {
        assertThat(disk.state()).isEqualTo(state);
    }
}
