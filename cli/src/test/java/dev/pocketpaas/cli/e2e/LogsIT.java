package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** No line is lost: not of a busy app, not beside one, not by a deploy. */
@ExtendWith(TestDroplet.Shared.class)
class LogsIT {
    private static final int LOUD = 200_000;
    private static final int QUIET = 400;

    @Test
    void noLineIsLostBesideALoudNeighbour(TestDroplet droplet) throws Exception {
        TestApp quiet = TestApp.create(droplet, "quiet", "processes: { count: { scale: 0 } }");
        quiet.write(
                "Procfile",
                "web: perl app.pl\ncount: perl -e '$|=1; for (1.." + QUIET
                        + ") { print qq(quiet $_\\n); select undef, undef, undef, 0.03 } sleep 100000'\n");
        quiet.commit("count");
        quiet.must("deploy");
        TestApp loud = TestApp.create(droplet, "loud", "processes: { flood: { scale: 0 } }");
        loud.write(
                "Procfile",
                "web: perl app.pl\nflood: perl -e 'for (1.." + LOUD
                        + ") { print qq(loud $_\\n) } $|=1; print qq(done\\n);" + " sleep 100000'\n");
        loud.commit("flood");
        loud.must("deploy");

        quiet.must("scale", "count=2");
        loud.must("scale", "flood=1");

        // The second one may have begun later.
        await(quiet, "count.1 quiet " + QUIET, "--type", "count", "-n", "100000");
        List<String> lines = await(quiet, "count.2 quiet " + QUIET, "--type", "count", "-n", "100000");
        for (String process : List.of("count.1", "count.2")) {
            assertThat(lines.stream()
                            .filter(line -> line.contains(" " + process + " quiet "))
                            .map(line -> line.substring(line.lastIndexOf(' ') + 1)))
                    .as(process)
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, QUIET)
                            .mapToObj(String::valueOf)
                            .toList());
        }
        assertThat(lines.stream().map(line -> line.substring(0, line.indexOf(' '))))
                .as("replicas merged by time")
                .isSorted();
        List<String> flood = await(loud, "flood.1 done", "--since", "1h", "--type", "flood");
        assertThat(flood.stream()
                        .filter(line -> line.contains(" flood.1 loud "))
                        .map(line -> line.substring(line.lastIndexOf(' ') + 1)))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, LOUD).mapToObj(String::valueOf).toList());
        assertThat(droplet.inside("ls -d /var/log/journal/*/system.journal").exit())
                .as("the journal is on the disk")
                .isZero();
        quiet.destroy();
        loud.destroy();
    }

    @Test
    void logsFollowAcrossADeployAndAreFoundByRelease(TestDroplet droplet) throws Exception {
        TestApp app = TestApp.create(droplet, "followed");
        app.must("deploy");
        Path seen = app.laptop().home().resolve("followed.log");
        FutureTask<Seen> follower = new FutureTask<>(() -> app.laptop()
                .run(
                        app.directory(),
                        "bash",
                        "-c",
                        "\"$0\" logs -f >" + seen + " & echo $! >" + seen + ".pid; wait $!; true",
                        Laptop.program().toString()));
        new Thread(follower, "logs -f").start();
        app.get("/say/before");
        awaitFile(seen, "said before");

        app.ship("two");
        app.get("/say/afterwards");
        awaitFile(seen, "said afterwards");
        app.laptop().must(app.directory(), "bash", "-c", "kill $(cat " + seen + ".pid)");
        follower.get();
        assertThat(Files.readString(seen))
                .contains("listening on 5000")
                .containsSubsequence("said before", "said afterwards");

        await(app, "said afterwards");
        Polling.until(
                Duration.ofMinutes(1),
                () -> containers(droplet, "release=1").isEmpty(),
                () -> "containers of v1 are left");
        assertThat(app.must("logs", "--release", "v1").out())
                .contains("said before")
                .doesNotContain("said afterwards");
        assertThat(app.must("logs", "--release", "v2", "--since", "1h", "--type", "web")
                        .out())
                .contains("said afterwards")
                .doesNotContain("said before");
        assertThat(app.must("logs", "--type", "nosuch").out()).isEmpty();
        assertThat(app.must("logs", "--since", "2099-01-01T00:00:00Z").out()).isEmpty();
        assertThat(app.pocketpaas("logs", "--since", "yesterday").exit()).isEqualTo(2);
        app.destroy();
    }

    private static String containers(TestDroplet droplet, String label) {
        return droplet.inside("docker ps -aq --filter label=pocketpaas.app=followed --filter label=pocketpaas." + label)
                .out();
    }

    private static List<String> await(TestApp app, String last, String... options) {
        String[] command = new String[options.length + 1];
        command[0] = "logs";
        System.arraycopy(options, 0, command, 1, options.length);
        AtomicReference<String> out = new AtomicReference<>("");
        Polling.until(
                Duration.ofMinutes(2),
                () -> {
                    out.set(app.must(command).out());
                    return out.get().contains(last);
                },
                () -> "no line \"" + last + "\" in " + out.get().lines().count() + " lines: "
                        + out.get().substring(Math.max(0, out.get().length() - 500)));
        return out.get().lines().toList();
    }

    private static void awaitFile(Path file, String text) {
        Polling.until(
                Duration.ofSeconds(30), () -> read(file).contains(text), () -> "no \"" + text + "\" in " + read(file));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
