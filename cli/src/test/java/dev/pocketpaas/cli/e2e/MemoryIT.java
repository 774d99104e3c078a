package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A droplet of 1 GB: builds and apps that want more than there is, builds that hang, builds that print without end. */
@Tag("faults")
class MemoryIT {
    private static final String EAT =
            "perl -e 'my $x = \"\"; vec($x, %d_000_000, 8) = 1; sleep 2; print length($x), qq( bytes\\n)'";

    private static TestDroplet droplet;
    private TestApp app;
    private Load load;

    @BeforeAll
    static void start() {
        droplet = TestDroplet.start("-1g", List.of("--memory", "1g"));
        Hog.bring(droplet);
    }

    @AfterAll
    static void end() throws IOException {
        droplet.close();
    }

    @BeforeEach
    void begin() {
        app = TestApp.keepingAlive(droplet, "cramped");
        app.must("deploy");
        load = Load.of(droplet, app.name(), "one");
    }

    @AfterEach
    void clean() {
        droplet.inside("rm -f /var/lib/pocketpaas/host/build-timeout /var/lib/pocketpaas/host/build-silence");
        load.close();
        app.destroy();
    }

    @ParameterizedTest
    @ValueSource(strings = {"buildpack", "Dockerfile"})
    void aBuildOf700MegabytesAndARedeploy(String kind) {
        build(kind, EAT.formatted(700));
        app.message("two");
        app.commit("much memory");
        load.expect("two");

        Seen seen = app.pocketpaas("deploy");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(seen.all()).contains("700000001 bytes");
        load.expect("three");
        app.ship("three");

        unharmed("three");
    }

    /** Not of a Dockerfile: BuildKit gives no build a limit, so it is the kernel that chooses, and what it has to share differs with the sandbox. */
    @Test
    void aBuildThatWantsMoreThanThereIs() {
        build("buildpack", EAT.formatted(3000));
        app.commit("far too much memory");

        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.err()).contains("out of memory");
        unharmed("one");
    }

    @Test
    void anAppThatWantsMoreThanItMay() {
        app.manifest("limits: { memory: 64M }");
        app.write("Procfile", "web: " + EAT.formatted(200) + "\n");
        app.commit("eat");

        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.err()).contains("out of memory");
        unharmed("one");
    }

    @ParameterizedTest
    @CsvSource({
        "buildpack, build-silence, printed nothing for 6 seconds",
        "buildpack, build-timeout, took longer than 6 seconds",
        "Dockerfile, build-silence, printed nothing for 6 seconds",
        "Dockerfile, build-timeout, took longer than 6 seconds"
    })
    void aBuildThatHangs(String kind, String setting, String says) {
        droplet.inside("printf 6 >/var/lib/pocketpaas/host/" + setting);
        build(
                kind,
                setting.equals("build-timeout")
                        ? "while true; do echo working; sleep 1; done"
                        : "echo begin; sleep 3000");
        app.commit("hang");

        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.err()).contains(says);
        assertThat(droplet.inside("ps -eo args | grep -c '[s]leep 3000'").out().strip())
                .as("it is ended, not left")
                .isEqualTo("0");
        unharmed("one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"buildpack", "Dockerfile"})
    void aBuildThatPrintsAHundredMegabytes(String kind) {
        build(
                kind,
                "yes 0123456789012345678901234567890123456789012345678901234567890123456789 | head -c 100000000; echo; echo the end");
        app.message("two");
        app.commit("print");
        load.expect("two");

        Seen seen = app.pocketpaas("deploy");

        assertThat(seen.exit())
                .as(seen.err().substring(0, Math.min(seen.err().length(), 2000)))
                .isZero();
        // BuildKit has a limit of its own, which is less than ours.
        assertThat(seen.all())
                .containsPattern("the rest is left out|output clipped")
                .hasSizeLessThan(8_000_000);
        assertThat(droplet.inside(
                                "du -sm /var/lib/pocketpaas/work /var/lib/pocketpaas/apps/cramped/releases | awk '{ n += $1 } END { print n }'")
                        .out()
                        .strip())
                .as("megabytes of logs")
                .matches("\\d|1\\d|2\\d");
        unharmed("two");
    }

    private void build(String kind, String command) {
        app.git("rm", "-q", "--ignore-unmatch", "Dockerfile", "hog");
        if (kind.equals("Dockerfile")) {
            app.write(
                    "Dockerfile",
                    "FROM pocketpaas/stack:24\nCOPY . /app\nWORKDIR /app\nRUN bash -c " + "'"
                            + command.replace("'", "'\\''") + "'\n");
        } else {
            app.write("hog", command + "\n");
        }
    }

    private void unharmed(String body) {
        load.await(20);
        assertThat(load.report().anomalies()).as(load.report().toString()).isEmpty();
        assertThat(app.get("/").body()).isEqualTo(body);
        Truth.clean(droplet, app);
    }
}
