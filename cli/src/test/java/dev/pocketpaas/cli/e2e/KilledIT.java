package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The work, the client, and the connection between them, ended at each step of a deploy; under load. */
@Tag("faults")
@ExtendWith(TestDroplet.Shared.class)
class KilledIT {
    /** How many of the commands of a deploy the unit is killed before, spread over all of them. */
    private static final int SPREAD = 10;

    /** What is a step: what others see afterwards. */
    static final String STEPS = "rename|symlink|link|run|close|engine (?:POST|PUT|DELETE)";

    private static Victim victim;

    @BeforeAll
    static void begin(TestDroplet droplet) {
        victim = Victim.create(droplet, "killed");
    }

    @AfterAll
    static void end() {
        victim.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // build
                "before engine POST /containers/create.* build$",
                "before engine POST .*/start build$",
                "before engine GET /containers/[0-9a-f]+/json build$",
                "before engine POST /commit",
                // release
                "before engine POST .*/start release.1$",
                "before engine GET /containers/[0-9a-f]+/json release.1$",
                // start
                "before engine POST /containers/create.* web.1$",
                "after engine POST /containers/create.* web.1$",
                "after engine POST .*/start web.1$",
                // check
                "before connect [0-9.]+ 5000$",
                "before close [0-9.]+ 5000$",
                // switch
                "before rename .*/apps/killed/live$",
                "after rename .*/apps/killed/live$",
                // drain
                "before run systemd-run .*pocketpaas-drain-killed",
                "after run systemd-run .*pocketpaas-drain-killed",
                "before rename .*/work/[^/]*/result$"
            })
    void theUnitKilledAtAStep(String place) {
        victim.killedAt(place);
    }

    /** Whatever a deploy does to the world is in here, as it is asked of a deploy: a step that is new, too. */
    static List<Injection.Step> stepsOfADeploy() {
        return victim.steps("work/deploy", STEPS);
    }

    @ParameterizedTest
    @MethodSource("stepsOfADeploy")
    void theUnitKilledBeforeEachStepOfADeploy(Injection.Step step) {
        victim.killedAt(step);
    }

    /** What takes the deploy in, before and beside its unit. */
    static List<Injection.Step> stepsOfItsReception() {
        return victim.steps("enter", STEPS + "|mkdir");
    }

    @ParameterizedTest
    @MethodSource("stepsOfItsReception")
    void whatTakesADeployInKilledBeforeEachStep(Injection.Step step) {
        victim.killedBesideTheWork(step, "enter");
    }

    static List<Injection.Step> stepsOfADrain() {
        return victim.steps("work/drain", STEPS);
    }

    @ParameterizedTest
    @MethodSource("stepsOfADrain")
    void theDrainKilledBeforeEachStep(Injection.Step step) {
        victim.killedBesideTheWork(step, "work/drain");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy", "restart", "env set MARK=1", "rollback", "ps"})
    void theUnitKilledBeforeTheOldReleaseDrains(String command) {
        victim.killedBeforeTheDrain(command.split(" "));
    }

    @Test
    void theUnitKilledAtPlacesAllOverADeploy(TestDroplet droplet) {
        String first = victim.next();
        victim.injection().count();
        victim.app().must("deploy");
        victim.converges(first);
        int commands = victim.injection().counted();
        assertThat(commands).as("commands of a deploy").isGreaterThan(SPREAD);
        for (int number : IntStream.rangeClosed(1, SPREAD)
                .map(i -> i * commands / (SPREAD + 1))
                .toArray()) {
            String text = victim.next();
            victim.injection().kill(number);
            Seen seen = victim.app().pocketpaas("deploy");
            assertThat(seen.exit() != 0 || !victim.injection().reached())
                    .as(number + " of " + commands + "\n" + seen)
                    .isTrue();
            // A deploy that had fewer commands, as its app was up sooner, was not killed; nor shall the next one be.
            victim.injection().disarm();
            victim.converges(text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "before engine POST .*/start build$",
                "before engine POST .*/start release.1$",
                "before engine POST /containers/create.* web.1$",
                "before rename .*/apps/killed/live$",
                "after rename .*/apps/killed/live$"
            })
    void theClientKilled(String place, TestDroplet droplet) {
        victim.injection().hold(place);
        Victim.Running deploy = victim.begin();
        victim.injection().await();

        deploy.kill();
        victim.injection().release();

        victim.goesOnWithoutTheClient(deploy);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "before engine POST .*/start build$",
                "before engine POST /containers/create.* web.1$",
                "after rename .*/apps/killed/live$"
            })
    void theConnectionCut(String place, TestDroplet droplet) {
        try (Wire wire = Wire.to(droplet.sshPort())) {
            victim.injection().hold(place);
            Victim.Running deploy = victim.begin(wire);
            victim.injection().await();

            wire.cut();
            int exit = deploy.end();
            victim.injection().release();

            assertThat(exit).as(deploy.printed()).isEqualTo(3);
            victim.goesOnWithoutTheClient(deploy);
        }
    }

    @Test
    void theConnectionCutWhileTheSourceIsSent(TestDroplet droplet) {
        byte[] noise = new byte[3_000_000];
        new java.util.Random(1).nextBytes(noise);
        Laptop.write(
                victim.app().directory().resolve("noise"),
                java.util.Base64.getEncoder().encodeToString(noise));
        try (Wire wire = Wire.to(droplet.sshPort())) {
            wire.cutAfter(1_000_000);
            Victim.Running deploy = victim.begin(wire);

            assertThat(deploy.end()).as(deploy.printed()).isNotZero();

            victim.converges(deploy.text());
        }
    }

    @Test
    void theServersSideOfTheConnectionKilled(TestDroplet droplet) {
        victim.injection().hold("before engine POST .*/start build$");
        Victim.Running deploy = victim.begin();
        victim.injection().await();

        droplet.inside("pkill -KILL -u pocketpaas sshd");
        assertThat(deploy.end()).as(deploy.printed()).isEqualTo(3);
        victim.injection().release();

        victim.goesOnWithoutTheClient(deploy);
    }
}
