package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Injection.Step;
import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An app with a database gets another name, and is cloned with its data, with everything on the host killed at any step: it has one of the two names,
 * serves, and nothing is left of the other one. {@code mvn verify -Pjobs}.
 */
@Tag("jobs")
@ExtendWith(TestDroplet.Shared.class)
class AppNamesMatrixIT {
    private static final String STEPS = "rename|symlink|run|engine (?:POST|PUT|DELETE)";
    private static final int EACH = 6;

    private static TestApp app;
    private static Injection injection;
    private static String name = "named";

    @BeforeAll
    static void begin(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres");
        app = TestApp.create(
                droplet,
                "named",
                "domains: [named.example.com]",
                "volumes: { data: /data }",
                "services: { named-db: postgres }",
                "cron: { job: { schedule: '@daily', command: 'true' } }");
        app.must("deploy");
        app.must("services", "console", "named-db", "--", "CREATE TABLE t AS SELECT 42 AS n");
        injection = Injection.on(droplet);
    }

    @AfterAll
    static void finish() {
        injection.close();
        app.must("destroy", "--app", name, "--confirm", name, "--volumes");
        app.must("services", "destroy", "named-db", "--confirm", "named-db");
    }

    private static String other() {
        return name.equals("named") ? "called" : "named";
    }

    private static void backToTheFirstName() {
        if (!name.equals("named")) {
            app.must("apps", "rename", name, "named");
            name = "named";
        }
    }

    static List<Step> stepsOfRenaming() {
        backToTheFirstName();
        injection.record();
        app.must("apps", "rename", "named", "called");
        name = "called";
        return some(injection.steps(STEPS));
    }

    static List<Step> stepsOfCloning() {
        backToTheFirstName();
        injection.record();
        app.must("apps", "clone", name, "twin", "--data");
        List<Step> steps = some(injection.steps(STEPS));
        app.must("destroy", "--app", "twin", "--confirm", "twin", "--volumes");
        return steps;
    }

    private static List<Step> some(List<Step> all) {
        return IntStream.range(0, all.size())
                .filter(number -> number % EACH == 0)
                .mapToObj(all::get)
                .toList();
    }

    private static void settled(TestDroplet droplet, Object what) {
        Polling.until(
                Duration.ofMinutes(2),
                () -> droplet.inside("systemctl list-units --plain --no-legend 'pocketpaas-work-*';"
                                + " ls /var/lib/pocketpaas/apps/*/renaming 2>&1 | grep -v 'No such'")
                        .out()
                        .isEmpty(),
                what::toString);
    }

    private static void assertWhole(TestDroplet droplet, Object what) {
        String apps = app.must("apps").out();
        name = apps.contains("called ") ? "called" : "named";
        assertThat(apps.contains("named ") != apps.contains("called "))
                .as(what + "\n" + apps)
                .isTrue();
        assertThat(droplet.get(name, "/").body()).as(what.toString()).isEqualTo("one");
        assertThat(droplet.inside("curl -s -H 'Host: named.example.com' http://127.0.0.1/")
                        .out())
                .as(what.toString())
                .isEqualTo("one");
        assertThat(app.must("services", "console", "named-db", "--app", name, "--", "SELECT n FROM t")
                        .out())
                .as(what.toString())
                .contains("42");
        assertThat(String.join("\n", Inventory.of(droplet)))
                .as(what.toString())
                .doesNotContainPattern("(?m)pocketpaas[-.](app-|drain-|cron-)?" + other() + "[-._:]")
                .doesNotContain("/apps/" + other());
    }

    @ParameterizedTest
    @MethodSource("stepsOfRenaming")
    void theWorkIsKilledWhileItIsRenamed(Step step, TestDroplet droplet) {
        backToTheFirstName();
        injection.kill(step);

        Seen seen = app.pocketpaas("apps", "rename", "named", "called");

        injection.disarm();
        settled(droplet, step + "\n" + seen);
        assertWhole(droplet, step + "\n" + seen);
        app.must("apps", "rename", "named", "called");
        assertWhole(droplet, step);
    }

    /** Before the exchange of the names, and after it. */
    @ParameterizedTest
    @ValueSource(strings = {"before engine POST .*/tag", "before engine DELETE .*networks"})
    void thePowerFailsWhileItIsRenamed(String place, TestDroplet droplet) {
        backToTheFirstName();
        injection.hold(place);
        Running renaming = Running.pocketpaas(app.laptop(), app.directory(), "apps", "rename", "named", "called");
        injection.await();

        droplet.powerCut();
        Seen seen = renaming.end();
        droplet.powerOn();
        droplet.awaitBoot();
        injection = Injection.on(droplet);

        settled(droplet, place + "\n" + seen);
        assertWhole(droplet, place + "\n" + seen);
    }

    @ParameterizedTest
    @MethodSource("stepsOfCloning")
    void theWorkIsKilledWhileItIsCloned(Step step, TestDroplet droplet) {
        backToTheFirstName();
        injection.kill(step);
        Seen seen = app.pocketpaas("apps", "clone", name, "twin", "--data");
        injection.disarm();
        settled(droplet, step + "\n" + seen);

        if (seen.exit() != 0) {
            app.must("apps", "clone", name, "twin", "--data");
        }

        assertThat(droplet.get("twin", "/").body()).as(step + "\n" + seen).isEqualTo("one");
        assertThat(app.must("services", "console", "named-db", "--app", "twin", "--", "SELECT n FROM t")
                        .out())
                .as(step + "\n" + seen)
                .contains("42");
        app.must("destroy", "--app", "twin", "--confirm", "twin", "--volumes");
    }
}
