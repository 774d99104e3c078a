package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way an app can be broken has its own diagnosis, and the old release goes on serving. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(TestDroplet.Shared.class)
class BrokenAppsIT {
    /** Listens by IPv6; with a word, by IPv6 alone. */
    private static final String SIX = """
            use Socket; $| = 1;
            socket(my $server, AF_INET6, SOCK_STREAM, 0) or die $!;
            setsockopt($server, 41, 26, @ARGV ? 1 : 0) or die $!;
            bind($server, pack_sockaddr_in6($ENV{PORT}, Socket::IN6ADDR_ANY())) or die $!;
            listen($server, 9) or die $!;
            while (accept(my $client, $server)) {
                sysread $client, my $request, 4096;
                syswrite $client, "HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nConnection: close\\r\\n\\r\\nsix";
                close $client;
            }
            """;

    private static final String WEB = "web: perl app.pl\n";
    private static final String SOON = "healthcheck: { deadline: 2s }";

    private static @Nullable TestApp shared;
    private static @Nullable Running slow;

    /** The slow one starts while the others fail, and is looked at last. */
    @BeforeAll
    static void anAppThatServes(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "slow");
        app.write("six.pl", SIX);
        // As long as an app of the JVM may take on a small, busy machine.
        app.write("Procfile", "web: sleep 40; exec perl six.pl\nrelease: echo migrated $POCKETPAAS_RELEASE\n");
        app.commit("slow");
        slow = Running.start(app.laptop(), app.directory(), Laptop.program().toString(), "deploy");
        shared = TestApp.create(droplet, "broken");
        shared.must("deploy");
    }

    @AfterAll
    static void andStillDoes() {
        app().destroy();
    }

    private static TestApp app() {
        return Objects.requireNonNull(shared);
    }

    /** The most frequent ones. */
    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("web: echo going down; exit 3\n", "", "exited with code 3", "going down"),
                Arguments.of("web: TEST_PORT=8999 perl app.pl\n", SOON, "listens on port 8999", "$PORT"),
                Arguments.of("web: TEST_BIND=127.0.0.1 perl app.pl\n", SOON, "only on 127.0.0.1", "0.0.0.0"),
                Arguments.of(
                        WEB,
                        "healthcheck: { path: /failing, status: 200-299, deadline: 2s }",
                        "GET /failing on web.1 answered 500, expected 200-299",
                        "healthcheck.path"),
                Arguments.of(
                        "web: perl -e 'my $x = \"x\" x 200_000_000; sleep 60'\n",
                        "limits: { memory: 64M }",
                        "out of memory (its limit is 64 MB)",
                        "limits.memory"));
    }

    static Stream<Arguments> brokenOtherwise() {
        return Stream.of(
                Arguments.of("web: nosuchprogram --serve\n", "", "exited with code 127", "was not found"),
                Arguments.of("web: perl six.pl alone\n", SOON, "for IPv6 alone", "0.0.0.0"),
                Arguments.of("web: sleep 600\n", SOON, "listens on no port", "$PORT"),
                Arguments.of(
                        WEB,
                        "healthcheck: { path: /hanging, timeout: 1s, deadline: 2s }",
                        "GET /hanging got no answer within 1 s",
                        "healthcheck.timeout"),
                Arguments.of(
                        WEB + "worker: echo no queue; exit 4\n",
                        "processes: { worker: { scale: 1 } }",
                        "worker.1 exited with code 4",
                        "no queue"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void theOldReleaseServesAndTheCauseIsNamed(
            String procfile, String more, String cause, String detail, TestDroplet droplet) {
        servesAndNames(procfile, more, cause, detail, droplet);
    }

    @ParameterizedTest
    @Tag("faults")
    @MethodSource("brokenOtherwise")
    void soItDoesHoweverItIsBroken(String procfile, String more, String cause, String detail, TestDroplet droplet) {
        servesAndNames(procfile, more, cause, detail, droplet);
    }

    private static void servesAndNames(String procfile, String more, String cause, String detail, TestDroplet droplet) {
        app().write("Procfile", procfile);
        app().write("six.pl", SIX);
        app().manifest(more);
        app().commit("break it");

        Seen seen = app().pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.err()).contains(cause).contains(detail).contains("still serving: v1");
        assertThat(app().get("/").body()).isEqualTo("one");
        assertThat(droplet.inside("docker ps -aq --filter label=pocketpaas.app=broken | wc -l")
                        .out()
                        .strip())
                .as("only the old container is left")
                .isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource({
        "'release: \"echo migrating; exit 9\"', '', '{}'",
        "'', 'release: echo migrating; exit 9', '{}'",
        "'', '', '{\"scripts\": {\"dokku\": {\"predeploy\": \"echo migrating; exit 9\"}}}'",
    })
    void aReleaseCommandThatFailsStopsTheDeploy(String manifest, String procfile, String appJson) {
        app().manifest(manifest);
        app().write("Procfile", "web: perl app.pl\n" + procfile + "\n");
        app().write("app.json", appJson + "\n");
        app().commit("migrate");

        Seen seen = app().pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.err()).contains("migrating", "ended with exit code 9", "still serving: v1");
        assertThat(seen.err()).doesNotContain("Starting");
        assertThat(app().get("/").body()).isEqualTo("one");
        app().write("app.json", "{}");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void aSlowStartIsNoFailureNorIsIpv6(TestDroplet droplet) {
        Seen seen = Objects.requireNonNull(slow).end();

        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(seen.out()).contains("migrated v1").containsPattern("up after 4[0-9][.]");
        assertThat(seen.out()).doesNotContain("!", "listens");
        assertThat(droplet.get("slow", "/").body()).isEqualTo("six");
        Path directory = droplet.laptop().home().resolve("projects/slow");
        assertThat(droplet.laptop()
                        .pocketpaas(directory, "destroy", "--confirm", "slow")
                        .exit())
                .isZero();
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
}
