package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Deploys in a row under {@code wrk} with 20 kept connections and {@code hey} with none, and what both saw. */
final class Barrage {
    private static final String SCRIPT = """
            local threads = {}
            function setup(thread) table.insert(threads, thread) end
            -- Not as fast as can be: what is measured is the deploy, and it shares the machine.
            function delay() return 30 end
            function init(args) bad = 0; seen = {}; bodies = "" end
            function response(status, headers, body)
              if status ~= 200 then bad = bad + 1 end
              if not seen[body] then seen[body] = true; bodies = bodies .. "<" .. body .. ">" end
            end
            function done(summary, latency, requests)
              local bad, bodies = 0, ""
              for _, t in ipairs(threads) do bad = bad + t:get("bad"); bodies = bodies .. t:get("bodies") end
              local e = summary.errors
              print(string.format("RESULT requests=%d connect=%d read=%d write=%d timeout=%d bad=%d p99=%.1f bodies=%s",
                summary.requests, e.connect, e.read, e.write, e.timeout, bad, latency:percentile(99) / 1000, bodies))
            end
            """;

    private static final Pattern WRK = Pattern.compile(
            "RESULT requests=(\\d+) connect=0 read=0 write=0 timeout=0 bad=0 p99=([\\d.]+) bodies=(.*)");

    private Barrage() {}

    /** So many deploys; zero errors, every version seen, and at the end no more on the disk than after the first ones. */
    static void deploys(TestDroplet droplet, String name, int number) {
        TestApp app = TestApp.keepingAlive(droplet, name);
        app.must("deploy");
        Path home = app.laptop().home();
        Laptop.write(home.resolve("barrage.lua"), SCRIPT);
        String before = result(wrk(droplet, home, name, "5s")).group(2);

        FutureTask<Seen> wrk = background(() -> wrk(droplet, home, name, "1h"));
        FutureTask<Seen> hey = background(() -> shell(
                home,
                "hey -disable-keepalive -c 4 -q 10 -z 1h -host " + name + ".localhost http://127.0.0.1:"
                        + droplet.httpPort() + "/ & echo $! >hey.pid; wait $!"));
        Footprint early = null;
        try {
            for (int i = 1; i <= number; i++) {
                app.ship("version" + i);
                if (i == Math.min(number, 8)) {
                    early = Footprint.of(droplet, app);
                }
            }
        } finally {
            // Both end with their summary; and after a failure, too, or the rest of the tests would share the machine
            // with them.
            app.laptop().must(home, "bash", "-c", "kill -INT $(cat wrk.pid) $(cat hey.pid)");
        }
        Matcher kept = result(get(wrk));
        Seen fresh = get(hey);

        StringBuilder versions = new StringBuilder("<one>");
        for (int i = 1; i <= number; i++) {
            assertThat(kept.group(3)).as("both versions at each deploy").contains("<version" + i + ">");
        }
        assertThat(kept.group(3)).contains(versions);
        assertThat(Integer.parseInt(kept.group(1))).isGreaterThan(100 * number);
        assertThat(fresh.out()).as(fresh.toString()).contains("[200]").doesNotContain("Error distribution");
        Matcher statuses = Pattern.compile("\\[(\\d+)]\\s+(\\d+) responses").matcher(fresh.out());
        int asked = 0;
        while (statuses.find()) {
            assertThat(statuses.group(1)).as(fresh.out()).isEqualTo("200");
            asked += Integer.parseInt(statuses.group(2));
        }
        Truth.clean(droplet, app);
        Footprint late = Footprint.of(droplet, app);
        System.out.printf(
                "%s: %d deploys; wrk (20 kept connections) %s requests, p99 %s ms (before: %s ms); hey (no kept ones) %d requests; no error;"
                        + " %s, then %s%n",
                name, number, kept.group(1), kept.group(2), before, asked, early, late);
        late.isFlat(early, number);
        app.destroy();
    }

    /**
     * What an app takes up.
     *
     * @param containers of it, whatever their state
     * @param images of it
     * @param layers of all slugs
     * @param kilobytes of its state
     */
    private record Footprint(int containers, int images, int layers, int kilobytes) {
        static Footprint of(TestDroplet droplet, TestApp app) {
            String[] words =
                    droplet.inside("""
                            for ((i = 0; i < 600; i++)); do
                                systemctl list-units --plain --no-legend 'pocketpaas-drain-%1$s_*' | grep -q . || break; sleep 0.1
                            done
                            docker ps -aq --filter label=pocketpaas.app=%1$s | wc -l
                            docker image ls -q --filter label=pocketpaas.app=%1$s | sort -u | wc -l
                            docker image ls -q pocketpaas-layer | sort -u | wc -l
                            du -sk --exclude=repo.git /var/lib/pocketpaas/apps/%1$s | cut -f 1
                            """.formatted(app.name())).out().strip().split("\\s+");
            return new Footprint(
                    Integer.parseInt(words[0]),
                    Integer.parseInt(words[1]),
                    Integer.parseInt(words[2]),
                    Integer.parseInt(words[3]));
        }

        /** The bundles stay, and are small; nothing else grows. */
        void isFlat(Footprint early, int deploys) {
            assertThat(containers).isEqualTo(1);
            assertThat(images).as("images: live, five good ones, five builds").isLessThanOrEqualTo(11);
            assertThat(layers).as("layers of slugs").isLessThanOrEqualTo(early.layers());
            assertThat(kilobytes - early.kilobytes())
                    .as("kB of state for " + deploys + " deploys")
                    .isLessThan(300 * deploys);
        }

        @Override
        public String toString() {
            return containers + " container(s), " + images + " images, " + layers + " layers, " + kilobytes
                    + " kB of state";
        }
    }

    private static Matcher result(Seen seen) {
        Matcher m = WRK.matcher(seen.out());
        assertThat(m.find()).as(seen.toString()).isTrue();
        return m;
    }

    private static Seen wrk(TestDroplet droplet, Path home, String name, String time) {
        return shell(
                home,
                "wrk -t 1 -c 20 -d " + time + " --timeout 10s -H 'Host: " + name
                        + ".localhost' -s barrage.lua http://127.0.0.1:" + droplet.httpPort()
                        + "/ & echo $! >wrk.pid; wait $!");
    }

    private static Seen shell(Path home, String script) {
        return Shell.run(
                home,
                Map.of("PATH", System.getenv("PATH")),
                Duration.ofMinutes(65),
                new byte[0],
                List.of("bash", "-c", script));
    }

    private static FutureTask<Seen> background(java.util.concurrent.Callable<Seen> work) {
        FutureTask<Seen> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "load");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static Seen get(FutureTask<Seen> task) {
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
