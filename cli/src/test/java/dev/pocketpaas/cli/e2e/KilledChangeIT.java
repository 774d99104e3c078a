package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Injection.Step;
import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A change of what nginx knows and of how much runs, ended at each of its steps: nginx's test aside, its files, the reload, new containers, the end of
 * those that are too many. Without the load of {@link KilledIT}: a reload of an older nginx costs connections that are kept alive.
 */
@Tag("faults")
@ExtendWith(TestDroplet.Shared.class)
class KilledChangeIT {
    private static final String[] MORE = {"scale", "web=2"};
    private static final String[] FEWER = {"scale", "web=1"};

    private static TestApp app;
    private static Injection injection;

    @BeforeAll
    static void begin(TestDroplet droplet) {
        app = TestApp.create(droplet, "changing");
        app.must("deploy");
        injection = Injection.on(droplet);
    }

    @AfterAll
    static void end() {
        injection.close();
        app.destroy();
    }

    static List<Step> stepsToMore() {
        app.must(FEWER);
        return steps(MORE);
    }

    static List<Step> stepsToFewer() {
        app.must(MORE);
        return steps(FEWER);
    }

    private static List<Step> steps(String... change) {
        injection.record();
        app.must(change);
        List<Step> steps = injection.steps(KilledIT.STEPS);
        assertThat(steps).as("nginx is told").anyMatch(step -> step.place().contains("nginx"));
        return steps;
    }

    @ParameterizedTest
    @MethodSource("stepsToMore")
    void moreProcessesKilledBeforeEachStep(Step step, TestDroplet droplet) {
        killed(droplet, step, FEWER, MORE);
    }

    @ParameterizedTest
    @MethodSource("stepsToFewer")
    void fewerProcessesKilledBeforeEachStep(Step step, TestDroplet droplet) {
        killed(droplet, step, MORE, FEWER);
    }

    private static void killed(TestDroplet droplet, Step step, String[] before, String[] change) {
        app.must(before);
        Truth.clean(droplet, app);
        injection.kill(step);

        Seen seen = app.pocketpaas(change);

        assertThat(injection.reached()).as("%s was come by\n%s", step, seen).isTrue();
        assertThat(seen.exit()).as(seen.toString()).isNotZero();
        assertThat(seen.err()).contains("killed");
        assertThat(app.get("/").body()).as("%s\n%s", step, seen).isEqualTo("one");
        app.must(change);
        assertThat(app.get("/").body()).isEqualTo("one");
        Truth.clean(droplet, app);
    }
}
