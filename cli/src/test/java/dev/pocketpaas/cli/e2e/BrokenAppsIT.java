package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way an app can be broken has its own diagnosis, and the old release goes on serving. */
@ExtendWith(TestDroplet.Shared.class)
class BrokenAppsIT {
    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("exits", "web: echo going down; exit 3\n", "", "exited with code 3", "going down"),
                Arguments.of("wrongport", "web: TEST_PORT=8999 perl app.pl\n", "", "8999", "$PORT"),
                Arguments.of("loopback", "web: TEST_BIND=127.0.0.1 perl app.pl\n", "", "127.0.0.1", "0.0.0.0"),
                Arguments.of("silent", "web: sleep 600\n", "", "listens on no port", "$PORT"),
                Arguments.of(
                        "failing",
                        "web: perl app.pl\n",
                        "healthcheck: { path: /failing, timeout: 5s, deadline: 8s }",
                        "500",
                        "/failing"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void theOldReleaseServesAndTheCauseIsNamed(
            String name, String procfile, String more, String cause, String detail, TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "broken-" + name);
        app.must("deploy");

        app.write("Procfile", procfile);
        app.manifest(more.isEmpty() ? "healthcheck: { deadline: 8s }" : more);
        app.commit("break it");
        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.err()).contains(cause).contains(detail);
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(droplet.inside("docker ps -aq --filter label=pocketpaas.app=" + app.name() + " | wc -l")
                        .out()
                        .strip())
                .as("only the old container is left")
                .isEqualTo("1");
        app.destroy();
    }

    @Test
    void aFirstDeployThatFailsLeavesNothingRunning(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "stillborn", "healthcheck: { deadline: 8s }");
        app.write("Procfile", "web: exit 7\n");
        app.commit("broken from the start");

        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(6);
        assertThat(seen.err()).contains("exited with code 7");
        assertThat(droplet.inside("docker ps -aq --filter label=pocketpaas.app=stillborn")
                        .out())
                .isBlank();
        app.destroy();
    }

    @Test
    void aBuildThatFailsChangesNothingAndRejectsThePush(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "unbuildable");
        app.must("deploy");
        app.write("Dockerfile", "FROM pocketpaas/stack:24\nRUN echo compiling; exit 3\n");
        app.commit("a build that fails");

        Seen seen = app.pocketpaas("deploy");
        Seen push = app.laptop()
                .with("GIT_SSH_COMMAND", droplet.gitSsh())
                .run(app.directory(), "git", "push", "pocketpaas", "main");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.all()).contains("compiling");
        assertThat(push.exit()).as(push.toString()).isNotZero();
        assertThat(push.err()).contains("compiling").contains("rejected");
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(app.must("ps").out()).contains("web.1", "v1");
        app.destroy();
    }

    @Test
    void aFailingReleaseCommandStopsTheDeploy(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "migration");
        app.must("deploy");
        app.message("two");
        app.manifest("release: \"echo migrating; exit 9\"");
        app.commit("migrate");

        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.all()).contains("migrating").contains("9");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.destroy();
    }

    @Test
    void memoryThatRunsOutIsCalledSo(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "hungry", "limits: { memory: 64M }");
        app.must("deploy");
        app.write("Procfile", "web: perl -e 'my $x = \"x\" x 200_000_000; sleep 60'\n");
        app.commit("eat");

        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.err()).contains("out of memory");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.destroy();
    }
}
