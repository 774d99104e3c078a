package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import dev.pocketpaas.cli.e2e.TestDroplet.Answer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The power goes, in the middle of a deploy, and comes back. */
@ExtendWith(TestDroplet.Shared.class)
class RebootIT {
    private static final List<String> NAMES = List.of("powered-a", "powered-b", "powered-c");

    @Test
    void everythingIsAsItWasAndNobodyAnswersForAnother(TestDroplet droplet) throws Exception {
        List<TestApp> apps = NAMES.stream()
                .map(name -> TestApp.create(droplet, name, "volumes: { data: /data }"))
                .toList();
        for (TestApp app : apps) {
            app.ship("this is " + app.name());
            app.get("/write/of" + app.name().replace("-", ""));
        }
        TestApp first = apps.get(0);
        first.must("domains", "add", "powered.example.com");
        first.must("scale", "web=2");
        TestApp stopped = TestApp.create(droplet, "powered-off");
        stopped.must("deploy");
        stopped.must("stop");
        FutureTask<Seen> deploy = halfADeploy(droplet, first);

        droplet.powerCut();
        droplet.powerOn();

        Set<String> strange = new LinkedHashSet<>();
        Set<String> back = new LinkedHashSet<>();
        Polling.until(
                Duration.ofMinutes(3),
                () -> {
                    for (String name : NAMES) {
                        Answer answer = page(droplet, name, "/");
                        if (answer.status() == 200 && answer.body().equals("this is " + name)) {
                            back.add(name);
                        } else if (answer.status() == 200 || answer.body().contains("this is")) {
                            strange.add(name + ": " + answer);
                        }
                    }
                    return back.size() == NAMES.size();
                },
                () -> "only " + back + " came back; strange answers: " + strange);
        assertThat(strange).as("answers of another app, or of the half release").isEmpty();
        assertThat(deploy.get().exit()).as("the deploy that lost its host").isNotZero();
        droplet.awaitBoot();

        for (TestApp app : apps) {
            assertThat(page(droplet, app.name(), "/").body()).isEqualTo("this is " + app.name());
            assertThat(page(droplet, app.name(), "/read").body())
                    .isEqualTo("of" + app.name().replace("-", ""));
        }
        assertThat(first.must("ps").out()).contains("web.1", "web.2").doesNotContain("v2");
        assertThat(stopped.get("/").status()).isEqualTo(503);
        assertThat(running(droplet, "powered-off")).isBlank();
        nothingIsLeftOfTheHalfDeploy(droplet, first);

        stopped.must("start");
        assertThat(stopped.get("/").body()).isEqualTo("one");
        apps.forEach(TestApp::destroy);
        stopped.destroy();
    }

    /** The first app has a domain of its own, so its default name is nobody's. */
    private static Answer page(TestDroplet droplet, String app, String path) {
        return app.equals(NAMES.get(0)) ? droplet.fetch("powered.example.com", path) : droplet.get(app, path);
    }

    /** A deploy that waits for its new containers, which answer only much later. */
    private static FutureTask<Seen> halfADeploy(TestDroplet droplet, TestApp app) {
        app.write("Procfile", "web: sleep 600; perl app.pl\n");
        app.manifest("volumes: { data: /data }", "healthcheck: { deadline: 5m }");
        app.commit("never seen");
        FutureTask<Seen> deploy = new FutureTask<>(() -> app.pocketpaas("deploy"));
        new Thread(deploy, "deploy").start();
        String candidates = "docker ps -q --filter label=pocketpaas.app=" + app.name()
                + " --filter label=pocketpaas.release=2 | wc -l";
        Polling.until(
                Duration.ofMinutes(3),
                () -> droplet.inside(candidates).out().equals("2\n"),
                () -> "the new containers do not start");
        return deploy;
    }

    private static void nothingIsLeftOfTheHalfDeploy(TestDroplet droplet, TestApp app) {
        assertThat(app.must("releases").out().lines().toList())
                .anyMatch(line -> line.matches("v2 +failed .*"))
                .anyMatch(line -> line.matches("v1 +live .*"));
        assertThat(app.must("releases", "show", "v2").out()).contains("interrupted: ");
        assertThat(droplet.inside(
                                "docker ps -aq --filter label=pocketpaas.app=powered-a --filter label=pocketpaas.release=2")
                        .out())
                .isEmpty();
        assertThat(droplet.inside(
                                "ls -d /var/lib/pocketpaas/work/*/{source.tar,values,operator,build/input} 2>/dev/null")
                        .out())
                .as("what the work was given")
                .isEmpty();
        app.write("Procfile", "web: perl app.pl\n");
        app.manifest("volumes: { data: /data }");
        app.ship("and on it goes");
        assertThat(page(droplet, app.name(), "/").body()).isEqualTo("and on it goes");
    }

    private static String running(TestDroplet droplet, String app) {
        return droplet.inside("docker ps -q --filter label=pocketpaas.app=" + app)
                .out();
    }
}
