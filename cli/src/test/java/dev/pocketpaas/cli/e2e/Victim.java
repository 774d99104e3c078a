package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** An app with traffic on it that faults are done to: whatever happens, a client gets the old release's answer or the new one's. */
final class Victim implements AutoCloseable {
    private final TestDroplet droplet;
    private final TestApp app;
    private final Injection injection;
    private final Load load;
    private int version;
    private String served = "one";

    private Victim(TestDroplet droplet, TestApp app) {
        this.droplet = droplet;
        this.app = app;
        this.injection = Injection.on(droplet);
        this.load = Load.of(droplet, app.name(), "one");
    }

    /** With a check by HTTP and a release command, so that every step of a deploy has something to do. */
    static Victim create(TestDroplet droplet, String name) {
        TestApp app = TestApp.keepingAlive(droplet, name, "healthcheck: { path: / }", "release: echo migrating");
        app.must("deploy");
        return new Victim(droplet, app);
    }

    TestApp app() {
        return app;
    }

    Injection injection() {
        return injection;
    }

    Load load() {
        return load;
    }

    /** Commits the next version, which answers {@code versionN}. */
    String next() {
        String text = "version" + ++version;
        app.message(text);
        app.commit(text);
        load.expect(text);
        return text;
    }

    /** A deploy of the next version in the background. */
    Running begin() {
        return new Running(next(), app.laptop(), app.directory(), "deploy");
    }

    /** The same from a laptop at the other end of the wire. */
    Running begin(Wire wire) {
        return new Running(next(), wire.laptop(droplet), app.directory(), "deploy", "--accept-new-host-key");
    }

    /** The next version, whose deploy's unit is killed at the place; the client must be told, and the same command again converges. */
    void killedAt(String place) {
        converges(killed(place));
    }

    /** The same before a step of a deploy that was recorded. */
    void killedAt(Injection.Step step) {
        converges(killed(() -> injection.kill(step), step.toString()));
    }

    /** A program beside the work is killed before that step; when the work has ended the same command again converges. */
    void killedBesideTheWork(Injection.Step step, String program) {
        String text = next();
        injection.kill(step, program);
        Seen seen = app.pocketpaas("deploy");
        Polling.until(
                Duration.ofSeconds(60), injection::reached, () -> program + " did not come by " + step + "\n" + seen);
        awaitEndOfWork();
        converges(text);
    }

    /** The steps of these kinds that the programs of that name (a pattern) come by in a deploy with all that is to do. */
    List<Injection.Step> steps(String program, String kinds) {
        String text = next();
        injection.record();
        app.must("deploy");
        Truth.clean(droplet, app);
        List<Injection.Step> steps = injection.steps(program, kinds);
        converges(text);
        return steps;
    }

    /** The same, and with no command at all everything is as before, as soon as the host's timer comes by minutes later. */
    void sweptAfter(String place) {
        killed(place);
        Seen timer = droplet.inside(
                "touch -d '6 minutes ago' /var/lib/pocketpaas/work/*/log && systemctl start pocketpaas-notices.service");
        assertThat(timer.exit()).as(timer.toString()).isZero();
        Truth.clean(droplet, app);
        assertThat(app.get("/").body()).isEqualTo(served);
        unharmed();
    }

    /**
     * The deploy's unit is killed when the new release is live and nothing has seen to the end of the old one, which is in the middle of a long
     * request; a command at once neither cuts that off nor leaves anything.
     */
    void killedBeforeTheDrain(String... command) {
        String old = served;
        injection.hold("before rename .*/apps/" + app.name() + "/live$");
        Running deploy = begin();
        injection.await();
        FutureTask<TestDroplet.Answer> request = new FutureTask<>(() -> app.get("/slow/15"));
        new Thread(request, "long").start();
        load.await(20);
        injection.kill("before run systemd-run .*pocketpaas-drain-" + app.name());
        injection.release();
        assertThat(deploy.end()).as(deploy.printed()).isNotZero();
        assertThat(injection.reached()).as(deploy.printed()).isTrue();

        app.must(command);

        try {
            assertThat(request.get().body()).isEqualTo(old);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("the request was cut off", e);
        }
        converges(deploy.text());
    }

    private String killed(String place) {
        return killed(() -> injection.kill(place), place);
    }

    private String killed(Runnable arm, String place) {
        String text = next();
        arm.run();
        Seen seen = app.pocketpaas("deploy");
        assertThat(injection.reached()).as("%s was come by\n%s", place, seen).isTrue();
        assertThat(seen.exit()).as(seen.toString()).isNotZero();
        assertThat(seen.err()).contains("killed");
        return text;
    }

    /** What answers is the old release or the new one; the same command again ends well, and nothing is left. */
    void converges(String text) {
        String body = app.get("/").body();
        assertThat(body).isIn(served, text);
        Seen again = app.must("deploy");
        assertThat(app.get("/").body()).as(again.toString()).isEqualTo(text);
        served = text;
        Truth.clean(droplet, app);
        unharmed();
    }

    /** Whoever began it is gone, and it ends all the same; then everything is as after any deploy. */
    void goesOnWithoutTheClient(Running deploy) {
        Polling.until(
                Duration.ofSeconds(90),
                () -> app.get("/").body().equals(deploy.text()),
                () -> "the deploy did not go on: " + deploy.printed());
        awaitEndOfWork();
        converges(deploy.text());
    }

    /** Until its end another deploy would be told that it is at work. */
    private void awaitEndOfWork() {
        Polling.until(
                Duration.ofSeconds(30),
                () -> droplet.inside("systemctl list-units --plain --no-legend 'pocketpaas-work-*'")
                        .out()
                        .isBlank(),
                () -> "the deploy does not end");
    }

    /** No client saw anything but answers of releases that were live. */
    void unharmed() {
        load.await(20);
        assertThat(load.report().anomalies()).as(load.report().toString()).isEmpty();
    }

    /** It answers again with no help. */
    void comesBack() {
        Polling.until(Duration.ofSeconds(90), () -> app.get("/").status() == 200, () -> "it does not come back");
    }

    @Override
    public void close() {
        injection.close();
        Load.Report report = load.stop();
        System.out.println(app.name() + ": " + report.total() + " requests answered, "
                + report.anomalies().size() + " anomalies");
        app.destroy();
    }

    /** A deploy that runs in the background. */
    static final class Running {
        private final String text;
        private final Path output;
        private final Process process;

        Running(String text, Laptop laptop, Path directory, String... arguments) {
            this.text = text;
            this.output = laptop.home().resolve("deploy-output");
            process = laptop.start(directory, output, arguments);
        }

        /** What the version answers. */
        String text() {
            return text;
        }

        void kill() {
            process.destroyForcibly();
            end();
        }

        /** The exit code; it must end by itself. */
        int end() {
            try {
                if (!process.waitFor(Duration.ofMinutes(3).toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("the deploy did not end:\n" + printed());
                }
                return process.exitValue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }

        String printed() {
            try {
                return Files.readString(output);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
