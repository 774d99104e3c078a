package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code deploy --plan} says what a deploy then does, and touches nothing. */
@ExtendWith(TestDroplet.Shared.class)
class PlanIT {
    @Test
    void thePlanIsTrueAndTouchesNothing(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "planned", "env: { MODE: canary-1a }");

        assertThat(app.must("deploy", "--plan").out())
                .contains("planned is not on " + droplet.name() + " yet", "+ web");
        assertThat(app.must("apps").out()).doesNotContain("planned");

        app.must("deploy");
        assertThat(app.must("deploy", "--plan").out()).contains("Nothing to do: v1 is already this.");
        assertThat(app.must("deploy", "--plan", "--json").out()).contains("\"nothing_to_do\" : true");
        app.must("scale", "web=2");
        app.must("env", "set", "EXTRA=1");
        assertThat(app.must("deploy", "--plan").out())
                .as("what the operator set is no difference")
                .contains("Nothing to do: v2 is already this.");

        app.manifest(
                "env: { MODE: canary-2b, NEW: canary-3c }",
                "secrets: [ TOKEN ]",
                "volumes: { data: /data }",
                "limits: { memory: 256M }");
        app.write("Procfile", "web: perl app.pl\nworker: sleep 1000\n");
        app.message("two");
        app.commit("Sell tea");
        String before = state(droplet);
        Seen plan = app.must("deploy", "--plan");
        assertThat(plan.out())
                .containsPattern("\\+ [0-9a-f]{7} +Sell tea")
                .contains(
                        "3 files",
                        "+ worker  sleep 1000",
                        "pocketpaas scale worker=1",
                        "~ MODE",
                        "+ NEW",
                        "+ data  /data",
                        "256M")
                .contains("would be refused: the secret TOKEN")
                .doesNotContain("canary");
        assertThat(state(droplet)).isEqualTo(before);
        assertThat(app.get("/").body()).isEqualTo("one");

        Seen deployed = app.laptop().with("TOKEN", "s3cret").pocketpaas(app.directory(), "deploy");
        assertThat(deployed.exit()).as(deployed.toString()).isZero();
        assertThat(app.must("deploy", "--plan").out()).contains("Nothing to do: v3 is already this.");
        app.destroy();
    }

    /** Everything on the host that could tell of a touch: refs, objects, state. */
    private static String state(TestDroplet droplet) {
        return droplet.inside("cd /var/lib/pocketpaas && find apps/planned work -printf '%p %s %T@\\n' | sort")
                .out();
    }
}
