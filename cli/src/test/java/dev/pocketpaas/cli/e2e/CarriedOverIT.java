package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A host with the programs of before, and the state that they wrote, works on with those of today. */
@ExtendWith(TestDroplet.Shared.class)
class CarriedOverIT {
    private static final String OURS = HostPrograms.bundled().hash();
    private static final String TWO_HEX = "32";
    private static final String GRANTED =
            "cat /var/lib/pocketpaas/home/.ssh/authorized_keys /etc/sudoers.d/pocketpaas /etc/systemd/system/pocketpaas-*";

    /** Whatever became of the test, the classes after it have the programs of today. */
    @AfterEach
    void todaysProgramsAreBack(TestDroplet droplet) {
        if (!BashPrograms.current(droplet).equals(OURS)) {
            BashPrograms.must(droplet, "printf 0.0.1 >/usr/local/lib/pocketpaas/" + BashPrograms.HASH + "/version");
            BashPrograms.forget(droplet.laptop());
            droplet.laptop()
                    .pocketpaas(droplet.laptop().home(), "--host", droplet.name(), "env", "unset", "--shared", "NONE");
        }
    }

    @Test
    void aChangeCarriesItOver(TestDroplet droplet) {
        BashPrograms old = BashPrograms.install(droplet);
        TestApp app = TestApp.create(droplet, "carried-quick");
        app.must("deploy");
        app.must("env", "set", "A=1");
        old.age();

        try (Load load = Load.newConnections(droplet.httpPort(), false, "carried-quick.localhost", "one")) {
            load.await(20);
            Seen change = app.must("env", "set", "P=2");

            assertThat(change.err()).contains("the host's programs were updated");
            assertThat(BashPrograms.current(droplet)).isEqualTo(OURS);
            assertThat(app.get("/env/P").body()).isEqualTo(TWO_HEX);
            app.must("rollback", "v1");
            assertThat(app.get("/env/A").body()).isEqualTo("unset");
            Load.Report report = load.stop();
            assertThat(report.anomalies()).as(report.toString()).isEmpty();
        }
        Truth.clean(droplet, app);
        app.destroy();
    }

    @Test
    @Tag("faults")
    void anyChangeCarriesItOverAndEverythingWorksOn(TestDroplet droplet) throws Exception {
        BashPrograms old = BashPrograms.install(droplet);
        TestApp slug = slug(droplet, old);
        TestApp image = image(droplet);
        TestApp off = TestApp.create(droplet, "carried-off");
        off.must("deploy");
        off.must("env", "set", "--no-restart", "P=2");
        off.must("stop");
        String granted = BashPrograms.must(droplet, GRANTED);
        assertThat(BashPrograms.current(droplet))
                .as("nothing was carried over yet")
                .isEqualTo(BashPrograms.HASH);
        Path shown = slug.laptop().home().resolve("carried-image.log");

        // Each request on a connection of its own: reloads of nginx, whose sites change, close those that idle.
        try (Load load = Load.newConnections(droplet.httpPort(), false, "carried.localhost", "two")) {
            load.await(20);
            Process deploy = halfADeploy(droplet, image, shown);
            old.age();

            Seen change = slug.must("env", "set", "N=1");

            assertThat(change.err()).contains("the host's programs were updated");
            assertThat(BashPrograms.current(droplet)).isEqualTo(OURS);
            assertThat(BashPrograms.atWork(droplet)).as("the deploy of before").isNotEmpty();
            restartBehindTheProgramsOfBefore(droplet, image, deploy, shown);
            assertThat(droplet.fetch("carried.example.com", "/").body()).isEqualTo("two");
            assertThat(droplet.fetch("carried.example.com", "/read").body()).isEqualTo("kept");

            operate(droplet, slug, load);
            off.must("start");
            assertThat(off.get("/").body()).isEqualTo("one");
            off.must("restart");
            assertThat(off.get("/env/P").body()).as("what was pending").isEqualTo(TWO_HEX);

            Load.Report report = load.stop();
            assertThat(report.anomalies()).as(report.toString()).isEmpty();
        }

        theHostWorksByItself(droplet);
        assertThat(BashPrograms.must(droplet, GRANTED)).isEqualTo(granted);
        Truth.clean(droplet, slug);
        Truth.clean(droplet, image);
        assertThat(BashPrograms.atWork(droplet)).isEmpty();
        droplet.reboot();
        droplet.awaitBoot();
        assertThat(slug.get("/").body()).isEqualTo("three");
        assertThat(droplet.fetch("carried.example.com", "/read").body()).isEqualTo("kept");
        assertThat(off.get("/").body()).isEqualTo("one");
        slug.destroy();
        image.destroy();
        off.destroy();
    }

    @Test
    void soDoesAnotherSetUp(TestDroplet droplet) {
        BashPrograms old = BashPrograms.install(droplet);
        TestApp app = TestApp.create(droplet, "carried-again");
        app.must("deploy");
        old.age();

        try (Load load = Load.newConnections(droplet.httpPort(), false, "carried-again.localhost", "one")) {
            load.await(20);
            Seen up = droplet.laptop().pocketpaas(droplet.laptop().home(), "sandbox", "up", "--name", droplet.name());

            assertThat(up.exit()).as(up.toString()).isZero();
            assertThat(BashPrograms.current(droplet)).isEqualTo(OURS);
            Load.Report report = load.stop();
            assertThat(report.anomalies()).as(report.toString()).isEmpty();
        }
        app.ship("two");
        assertThat(app.get("/").body()).isEqualTo("two");
        app.destroy();
    }

    /** Two web processes and a worker; a second release, one that failed, and one with settings that today's limits exclude. */
    private static TestApp slug(TestDroplet droplet, BashPrograms old) {
        TestApp app = TestApp.keepingAlive(droplet, "carried");
        app.write("Procfile", "web: perl app.pl\nworker: sleep 1000000\n");
        app.commit("a worker");
        app.must("deploy");
        app.must("env", "set", "A=1");
        app.must("scale", "web=2", "worker=1");
        app.write("Procfile", "web: false\n");
        app.commit("broken");
        assertThat(app.pocketpaas("deploy").exit()).isEqualTo(5);
        app.write("Procfile", "web: perl app.pl\nworker: sleep 1000000\n");
        app.ship("two");
        old.releaseWithOldLimits(app);
        return app;
    }

    /** A Dockerfile, a volume with something in it, a domain, and a variable that waits for the next release. */
    private static TestApp image(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "carried-image", "volumes: { data: /data }");
        app.laptop().must(app.directory(), "git", "rm", "-q", "Procfile");
        app.write(
                "Dockerfile",
                "FROM pocketpaas/stack:24\nUSER root\nCOPY app.pl /app.pl\nEXPOSE 5000\nCMD [\"perl\", \"/app.pl\"]\n");
        app.commit("an image");
        app.must("deploy");
        app.must("domains", "add", "carried.example.com");
        app.must("env", "set", "D=1");
        assertThat(droplet.fetch("carried.example.com", "/write/kept").body()).isEqualTo("written");
        return app;
    }

    /** A deploy that is in its release command, under the app's lock. */
    private static Process halfADeploy(TestDroplet droplet, TestApp image, Path shown) {
        image.message("two");
        image.manifest(
                "volumes: { data: /data }",
                "release: \"for i in $(seq 300); do [ ! -e /tmp/go ] || break; sleep 0.2; done\"");
        image.commit("two");
        Process deploy = image.laptop().start(image.directory(), shown, "deploy");
        Polling.until(
                Duration.ofMinutes(1),
                () -> !droplet.inside("docker ps -q --filter label=pocketpaas.app=carried-image"
                                + " --filter label=pocketpaas.slot=release")
                        .out()
                        .isBlank(),
                () -> "the release command does not start");
        return deploy;
    }

    /** A restart that waits for the lock of a deploy of the programs of before, and then for their drain, where a request is at work. */
    private static void restartBehindTheProgramsOfBefore(TestDroplet droplet, TestApp image, Process deploy, Path shown)
            throws Exception {
        Path output = image.laptop().home().resolve("carried-restart.log");
        Process restart = image.laptop().start(image.directory(), output, "restart");
        Polling.until(
                Duration.ofMinutes(1),
                () -> read(output).contains("waiting for another change of carried-image to end"),
                () -> read(output));
        BashPrograms.must(droplet, """
                curl -s -m 6 -H 'Host: carried.example.com' http://127.0.0.1/hanging >/dev/null 2>&1 </dev/null &
                docker exec $(docker ps -q --filter label=pocketpaas.app=carried-image \
                    --filter label=pocketpaas.slot=release) touch /tmp/go
                """);
        assertThat(deploy.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(deploy.exitValue()).as(read(shown)).isZero();
        assertThat(restart.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(restart.exitValue()).as(read(output)).isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every kind of change, of what the programs of before have left. */
    private static void operate(TestDroplet droplet, TestApp app, Load load) {
        load.expect("one", "pushed", "three");
        app.must("rollback", "v2");
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(app.must("env", "--show").out()).contains("A ").doesNotContain("N ");
        app.must("scale", "web=1");
        app.must("restart");
        app.message("pushed");
        app.commit("pushed");
        Seen push = app.laptop()
                .with("GIT_SSH_COMMAND", droplet.gitSsh())
                .run(app.directory(), "git", "push", "pocketpaas", "main");
        assertThat(push.exit()).as(push.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("pushed");
        app.ship("three");
        assertThat(app.get("/").body()).isEqualTo("three");
    }

    /** Timers, what root compiles for the git user, and rights. */
    private static void theHostWorksByItself(TestDroplet droplet) {
        BashPrograms.must(droplet, """
                set -e
                systemctl start pocketpaas-notices.service pocketpaas-certificates.service
                cd /usr/local/lib/pocketpaas/current
                [[ $(stat -c %a pocketpaas/entry/__pycache__) == 755 ]]
                [[ $(stat -c %a pocketpaas/entry/__pycache__/door.*.pyc) == 644 ]]
                [[ -z $(find . -perm /022 -not -type l) ]]
                visudo -q -c
                """);
    }
}
