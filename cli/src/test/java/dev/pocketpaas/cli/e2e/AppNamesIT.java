package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Copies of an app, and other names of one that serves meanwhile. ({@code AppNamesMatrixIT} kills them, and has databases.) */
@ExtendWith(TestDroplet.Shared.class)
class AppNamesIT {
    @Test
    void clonedAndRenamed(TestDroplet droplet) {
        TestApp app = TestApp.create(
                droplet,
                "first",
                "domains: [first.example.com]",
                "volumes: { data: /data }",
                "secrets: [API_TOKEN]",
                "cron: { job: { schedule: '@daily', command: 'true' } }");
        app.laptop()
                .with("API_TOKEN", "canary-7171")
                .must(app.directory(), Laptop.program().toString(), "deploy");
        app.must("run", "--", "sh", "-c", "echo kept >/data/file");
        app.must("keys", "add", "ci-of-first", "--app", "first", "--generate", "--json");

        cloned(droplet, app);

        assertThat(inventory(droplet)).noneMatch(line -> line.contains("first-copy"));
        renamed(droplet, app);
        app.must("keys", "remove", "ci-of-first");
        app.must("destroy", "--app", "second", "--confirm", "second", "--volumes");
    }

    /** Without what is known of operations, which somebody may still look at for an hour. */
    private static List<String> inventory(TestDroplet droplet) {
        return Inventory.of(droplet).stream()
                .filter(line -> !line.startsWith("/var/lib/pocketpaas/work/"))
                .toList();
    }

    private static void cloned(TestDroplet droplet, TestApp app) {
        Seen refused = app.pocketpaas("apps", "clone", "first-copy");
        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.err()).contains("first needs the secrets API_TOKEN", "--env");
        assertThat(app.must("apps").out()).doesNotContain("first-copy");

        Seen made = app.must("apps", "clone", "first-copy", "--data", "--env");
        assertThat(made.out()).startsWith("first-copy is deployed; v1 is live");
        assertThat(droplet.get("first-copy", "/").body()).isEqualTo("one");
        assertThat(app.must("run", "--app", "first-copy", "--", "cat", "/data/file")
                        .out())
                .isEqualTo("kept\n");
        assertThat(app.must("domains", "--app", "first-copy").out()).doesNotContain("first.example.com");
        assertThat(app.must("env", "get", "API_TOKEN", "--app", "first-copy").out())
                .contains("canary-7171");
        assertThat(app.must("releases", "--app", "first-copy").out()).contains("first v1");
        // Each has its own data from now on.
        app.must("run", "--app", "first-copy", "--", "sh", "-c", "echo changed >/data/file");
        assertThat(app.must("run", "--", "cat", "/data/file").out()).isEqualTo("kept\n");
        assertThat(app.pocketpaas("apps", "clone", "first-copy").exit()).isEqualTo(4);
        app.must("destroy", "--app", "first-copy", "--confirm", "first-copy", "--volumes");
    }

    private static void renamed(TestDroplet droplet, TestApp app) {
        Seen taken = app.pocketpaas("apps", "rename", "first", "first");
        assertThat(taken.exit()).isEqualTo(2);
        app.must("apps", "lock");
        assertThat(app.pocketpaas("apps", "rename", "second").err()).contains("deploys of first are locked");
        app.must("apps", "unlock");
        app.ship("two");
        print(app, "first", "printed by the first");

        try (Load load = Load.newConnections(droplet.httpPort(), false, "first.example.com", "two")) {
            load.await(20);
            Seen done = app.must("apps", "rename", "second");
            load.await(20);
            assertThat(load.stop().anomalies()).isEmpty();
            assertThat(done.out()).startsWith("first is called second now: http://second.localhost");
            assertThat(done.err())
                    .contains("The git remote pocketpaas leads to second now.", "pocketpaas.yml: app: second");
        }
        assertThat(droplet.get("second", "/").body()).isEqualTo("two");
        assertThat(app.must("run", "--app", "second", "--", "cat", "/data/file").out())
                .isEqualTo("kept\n");
        assertThat(app.must("keys").out()).containsPattern("ci-of-first +deploy +second");
        assertThat(app.must("cron", "--app", "second").out()).contains("job", "scheduled");
        assertThat(String.join("\n", inventory(droplet)))
                .doesNotContainPattern("(?m)pocketpaas[-.](app-|drain-|cron-)?first[-._:]")
                .doesNotContain("/first");

        // Whoever goes on with the old name learns the new one.
        Seen old = app.pocketpaas("deploy");
        assertThat(old.exit()).isEqualTo(4);
        assertThat(old.err()).contains("first is called second now");
        assertThat(app.must("apps", "rename", "first", "second").out()).contains("first is called second already");
        Seen back = app.must("rollback", "--app", "second");
        assertThat(back.out()).contains("v3 is live");
        assertThat(droplet.get("second", "/").body()).isEqualTo("one");
        app.write("pocketpaas.yml", "app: second\nhost: " + droplet.name() + "\nvolumes: { data: /data }\n");
        app.message("three");
        app.commit("three");
        app.must("deploy");
        assertThat(droplet.get("second", "/").body()).isEqualTo("three");
        printed(app);
    }

    /** Each app has its own lines, whoever had its name before. */
    private static void printed(TestApp app) {
        print(app, "second", "printed by the second");
        app.must("apps", "clone", "first", "--app", "second");
        print(app, "first", "printed by another");
        assertThat(app.must("logs", "--app", "second", "-n", "1000").out())
                .containsSubsequence("printed by the first", "printed by the second")
                .doesNotContain("printed by another");
        assertThat(app.must("logs", "--app", "first", "-n", "1000").out())
                .contains("printed by another")
                .doesNotContain("printed by the");
        app.must("destroy", "--app", "first", "--confirm", "first", "--volumes");
    }

    private static void print(TestApp app, String name, String text) {
        app.must("run", "--detach", "--app", name, "--", "echo", text);
        Polling.eventually(
                () -> assertThat(app.must("logs", "--app", name).out()).contains(text));
        Polling.eventually(() ->
                assertThat(app.must("runs", "--app", name, "--json").out()).doesNotContain("\"running\""));
    }
}
