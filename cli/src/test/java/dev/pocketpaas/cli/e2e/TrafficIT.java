package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients and the network see of deploys. */
@ExtendWith(TestDroplet.Shared.class)
class TrafficIT {
    @Test
    void fiveDeploysUnderLoadLoseNoRequest(TestDroplet droplet) throws Exception {
        TestApp app = TestApp.create(droplet, "loaded");
        app.must("deploy");
        String script = """
                local seen = {}
                local thread_list = {}
                function setup(thread) table.insert(thread_list, thread) end
                function init(args) bad = 0; bodies = "" end
                function response(status, headers, body)
                  if status ~= 200 then bad = bad + 1 end
                  if not string.find(bodies, "<" .. body .. ">", 1, true) and #bodies < 1000 then bodies = bodies .. "<" .. body .. ">" end
                end
                function done(summary, latency, requests)
                  local bad, bodies = 0, ""
                  for _, t in ipairs(thread_list) do bad = bad + t:get("bad"); bodies = bodies .. t:get("bodies") end
                  local e = summary.errors
                  print(string.format("RESULT requests=%d connect=%d read=%d write=%d timeout=%d bad=%d bodies=%s",
                    summary.requests, e.connect, e.read, e.write, e.timeout, bad, bodies))
                end
                """;
        Laptop.write(app.laptop().home().resolve("load.lua"), script);
        Path home = app.laptop().home();
        FutureTask<Seen> load = new FutureTask<>(() -> Shell.run(
                home,
                Map.of("PATH", System.getenv("PATH")),
                Duration.ofMinutes(6),
                new byte[0],
                List.of(
                        "bash",
                        "-c",
                        "wrk -t 1 -c 20 -d 300s --timeout 10s -H 'Host: loaded.localhost' -s load.lua http://127.0.0.1:"
                                + droplet.httpPort() + "/ & echo $! > wrk.pid; wait $!")));
        new Thread(load, "wrk").start();

        for (int i = 1; i <= 5; i++) {
            app.ship("version" + i);
        }
        // Ends it with its summary.
        app.laptop().must(home, "bash", "-c", "kill -INT $(cat wrk.pid)");
        Seen seen = load.get();

        Matcher m = Pattern.compile("RESULT requests=(\\d+) connect=0 read=0 write=0 timeout=0 bad=0 bodies=(.*)")
                .matcher(seen.out());
        assertThat(m.find()).as(seen.toString()).isTrue();
        assertThat(Integer.parseInt(m.group(1))).as("requests").isGreaterThan(500);
        assertThat(m.group(2)).contains("<one>").contains("<version1>").contains("<version5>");
        app.destroy();
    }

    @Test
    void oneConnectionAndFewChannelsWhateverTheSize(TestDroplet droplet) {
        TestApp small = TestApp.create(droplet, "small");
        TestApp large = TestApp.create(droplet, "large");
        StringBuilder procfile = new StringBuilder("web: perl app.pl\n");
        for (int i = 0; i < 6; i++) {
            procfile.append("worker").append(i).append(": sleep 1000\n");
        }
        large.write("Procfile", procfile.toString());
        StringBuilder env = new StringBuilder("env:\n");
        for (int i = 0; i < 60; i++) {
            env.append("  VARIABLE_")
                    .append(i)
                    .append(": \"")
                    .append("x".repeat(500))
                    .append("\"\n");
        }
        large.manifest(env.toString(), "processes: { web: { scale: 3 } }");
        large.commit("large");
        droplet.inside("printf 'LogLevel VERBOSE\\n' > /etc/ssh/sshd_config.d/test.conf; systemctl reload ssh");

        Count first = count(droplet, () -> small.must("deploy"));
        Count second = count(droplet, () -> large.must("deploy"));
        Count env1 = count(droplet, () -> small.must("env", "set", "A=1", "B=2", "C=3"));

        assertThat(first.connections()).isEqualTo(1);
        assertThat(first.channels()).isBetween(2, 4);
        assertThat(second).isEqualTo(first);
        assertThat(env1.connections()).isEqualTo(1);
        assertThat(env1.channels()).isLessThanOrEqualTo(2);
        small.destroy();
        large.destroy();
    }

    /**
     * What sshd logged.
     *
     * @param connections accepted logins
     * @param channels started commands
     */
    private record Count(int connections, int channels) {}

    private static Count count(TestDroplet droplet, Runnable command) {
        String since = droplet.inside("date +%s.%N").out().strip();
        command.run();
        String log = droplet.inside("journalctl --sync; journalctl -u ssh --no-pager -o cat --since=@" + since)
                .out();
        return new Count(
                (int) log.lines()
                        .filter(l -> l.startsWith("Accepted publickey for pocketpaas"))
                        .count(),
                (int) log.lines().filter(l -> l.startsWith("Starting session:")).count());
    }
}
