package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The disk with the engine's images and containers is full, and not that with the state. */
@Tag("faults")
@ExtendWith(TestDroplet.Shared.class)
class EngineDiskIT {
    private static SmallDisk disk;
    private static TestApp app;
    private static String served = "one";

    @BeforeAll
    static void begin(TestDroplet droplet) {
        disk = SmallDisk.underTheEngine(droplet);
        app = TestApp.create(droplet, "cramped");
        app.must("deploy");
    }

    @AfterAll
    static void end() {
        disk.room();
        app.destroy();
        disk.close();
    }

    @Test
    void aBuildThatFillsIt(TestDroplet droplet) {
        Hog.bring(droplet);
        app.write("hog", "echo filling; cat /dev/zero >/tmp/big\n");
        app.message("modest");
        app.commit("fill the engine's disk");

        Seen seen = app.pocketpaas("deploy");

        failed(seen.exit(), seen.toString());
        app.write("hog", "echo modest\n");
        app.commit("a modest build");
        goesOn(droplet, "modest");
    }

    /** It fills up while the deploy is at the step. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "before engine POST .*/start build$",
                "before engine POST /commit",
                "before engine POST /containers/create.* web.1$",
                "before engine POST .*/start web.1$"
            })
    void aDeployWhoseEngineHasNoRoom(String place, TestDroplet droplet) {
        try (Injection injection = Injection.on(droplet)) {
            app.message(place);
            app.commit(place);
            injection.hold(place);
            Victim.Running deploy = new Victim.Running(place, app.laptop(), app.directory(), "deploy");
            injection.await();
            disk.leave(0);
            injection.release();

            int exit = deploy.end();

            // What is there already may start without any room.
            if (exit == 0) {
                assertThat(app.get("/").body()).as(deploy.printed()).isEqualTo(place);
            } else {
                failed(exit, deploy.printed());
            }
        }
        disk.room();
        goesOn(droplet, place);
    }

    private static void failed(int exit, String printed) {
        assertThat(exit).as(printed).isEqualTo(5);
        assertThat(printed).containsPattern("disk is full|MB of disk are free|[Nn]o space");
        assertThat(app.get("/").body()).as(printed).isEqualTo(served);
    }

    private static void goesOn(TestDroplet droplet, String text) {
        app.must("deploy");
        assertThat(app.get("/").body()).isEqualTo(text);
        served = text;
        Truth.clean(droplet, app);
    }
}
