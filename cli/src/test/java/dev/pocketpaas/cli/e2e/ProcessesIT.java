package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import dev.pocketpaas.cli.e2e.TestDroplet.Answer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What runs, how many of it, and when it does not. */
@ExtendWith(TestDroplet.Shared.class)
class ProcessesIT {
    @Test
    void aStoppedAppStaysStoppedUntilSomethingStartsIt(TestDroplet droplet) {
        TestApp app = TestApp.create(
                droplet, "paused", "healthcheck: { deadline: 3s }", "processes: { worker: { scale: 1 } }");
        app.write("Procfile", "web: perl app.pl\nworker: sleep 1000\n");
        app.commit("worker");
        app.must("deploy");

        assertThat(app.must("stop").out()).startsWith("paused is stopped");
        assertThat(app.get("/")).isEqualTo(new Answer(503, "paused is stopped\n"));
        assertThat(containers(droplet, "paused")).isEmpty();
        assertThat(app.must("ps").out()).containsPattern("web.1 +stopped").containsPattern("worker.1 +stopped");
        assertThat(app.must("apps").out()).containsPattern("paused +stopped");
        assertThat(app.must("stop").all()).contains("Nothing to do", "stopped already");

        // What configures it does not start it, nor does a restart of the host.
        assertThat(app.must("env", "set", "TEST_PORT=8999").all()).contains("v2 starts with the next");
        app.must("scale", "worker=2");
        droplet.inside("/usr/local/lib/pocketpaas/current/reconcile paused");
        assertThat(containers(droplet, "paused")).isEmpty();
        assertThat(app.must("run", "printenv", "TEST_PORT").out()).isEqualTo("8999\n");

        Seen failed = app.pocketpaas("start");
        assertThat(failed.exit()).as(failed.toString()).isEqualTo(6);
        assertThat(failed.err()).contains("port 8999, not on $PORT", "paused stays stopped");
        assertThat(app.get("/").status()).isEqualTo(503);
        assertThat(containers(droplet, "paused")).isEmpty();

        app.must("env", "unset", "TEST_PORT");
        assertThat(app.must("start").out()).contains("paused started; v3 is live");
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(app.must("ps").out()).contains("worker.2").doesNotContain("stopped");
        assertThat(app.must("start").all()).contains("Nothing to do", "is not stopped");

        // What puts a release into service does.
        app.must("stop");
        assertThat(app.must("restart").err()).contains("paused was stopped: this starts it again");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.must("stop");
        assertThat(app.ship("two").err()).contains("paused was stopped: this starts it again");
        assertThat(app.get("/").body()).isEqualTo("two");
        app.must("stop");
        assertThat(app.must("rollback").err()).contains("paused was stopped: this starts it again");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.destroy();
    }

    @Test
    void scalingTouchesNothingThatRunsAndStays(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "scaled", "processes: { worker: { scale: 1 } }");
        app.write("Procfile", "web: perl app.pl\nworker: sleep 1000\n");
        app.commit("worker");
        app.must("deploy");
        Set<String> before = containers(droplet, "scaled");
        assertThat(before).hasSize(2);

        app.must("scale", "web=3", "worker=0");

        Polling.eventually(() -> assertThat(types(droplet, "scaled")).containsExactly("web.1", "web.2", "web.3"));
        Set<String> after = containers(droplet, "scaled");
        Set<String> stayed = new TreeSet<>(before);
        stayed.retainAll(after);
        assertThat(stayed).as("neither made nor started anew").hasSize(1).allMatch(line -> line.startsWith("web.1 "));
        Set<String> answering = new TreeSet<>();
        for (int i = 0; i < 100 && answering.size() < 3; i++) {
            answering.add(app.get("/whoami").body());
        }
        assertThat(answering).containsExactly("web.1 v1", "web.2 v1", "web.3 v1");

        app.must("scale", "web=0");
        assertThat(app.get("/")).isEqualTo(new Answer(503, "scaled has no web process at the moment\n"));
        app.must("restart");
        Polling.eventually(() -> assertThat(containers(droplet, "scaled")).isEmpty());
        assertThat(app.must("apps").out()).containsPattern("scaled +idle");
        app.must("scale", "web=1");
        assertThat(app.get("/").body()).isEqualTo("one");
        app.destroy();
    }

    @Test
    void aTypeThatIsGoneFromTheProcfileGoesAndAWorkerAloneIsAnApp(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "behind", "processes: { worker: { scale: 1 } }");
        app.write("Procfile", "web: perl app.pl\nclock: sleep 1000\nmigrate: exit 0\nworker: sleep 1000\n");
        app.commit("four");
        Seen first = app.must("deploy");
        assertThat(first.err()).contains("clock, migrate wait: pocketpaas scale clock=1");
        assertThat(types(droplet, "behind")).containsExactly("web.1", "worker.1");
        app.must("scale", "clock=1");

        app.write("Procfile", "worker: sleep 1000\n");
        app.commit("worker alone");
        Seen deploy = app.must("deploy");

        assertThat(deploy.all()).doesNotContain("http://", "fetched from here").contains("has no process web any more");
        assertThat(app.get("/").body()).isEqualTo("no app here\n");
        Polling.eventually(() -> assertThat(types(droplet, "behind")).containsExactly("worker.1"));
        assertThat(app.must("ps").out()).contains("worker.1").doesNotContain("web", "clock");
        assertThat(app.must("scale").out()).doesNotContain("web", "clock");
        app.must("restart");
        assertThat(app.must("apps").out()).containsPattern("behind +running +v2");
        app.destroy();
    }

    @Test
    void limitsAndSignalsReachTheContainerAndACrashLoopIsCalledOne(TestDroplet droplet) {
        TestApp app = TestApp.create(
                droplet,
                "looping",
                "volumes: { data: /data }",
                "limits: { memory: 100M, cpus: 0.5 }",
                "processes: { worker: { scale: 1, stop-signal: QUIT, stays-up: 1s, memory: 64M } }");
        app.write("Procfile", "web: perl app.pl\nworker: perl worker.pl\n");
        app.write("worker.pl", """
                        $| = 1;
                        $SIG{TERM} = 'IGNORE';
                        $SIG{QUIT} = sub { print "ended by QUIT\\n"; exit 0 };
                        select undef, undef, undef, 0.1 until -e '/data/file';
                        exit 3;
                        """);
        app.commit("worker");
        app.must("deploy");

        String memory = "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}";
        assertThat(inspect(droplet, "looping", "web", memory)).isEqualTo("104857600 500000000");
        // Where nothing says so the engine's own SIGTERM holds, and it names none.
        assertThat(inspect(droplet, "looping", "worker", memory + " {{.Config.StopSignal}}"))
                .isEqualTo("67108864 500000000 SIGQUIT");
        assertThat(app.must("ps").out())
                .containsPattern("web.1 .* 100.0 MB +0.5 ")
                .containsPattern("64.0 MB");
        app.must("restart");
        Polling.eventually(
                () -> assertThat(app.must("logs", "--type", "worker").out()).contains("ended by QUIT"));

        assertThat(app.get("/write/crash").body()).isEqualTo("written");

        Polling.eventually(() -> {
            Seen ps = app.must("ps");
            assertThat(ps.out()).containsPattern("worker.1 +crash-loop +3 ").containsPattern("web.1 +running");
            assertThat(ps.err()).containsPattern("crash loop of worker.1: exit code 3, [0-9]+ restarts");
        });
        assertThat(app.must("apps").out()).containsPattern("looping +crash-loop");
        app.destroy();
    }

    @Test
    void whereTwoDoNotFitTheOldOneEndsFirstIfAsked(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "heavy", "limits: { memory: 2T }", "healthcheck: { deadline: 3s }");
        app.must("deploy");
        Set<String> before = containers(droplet, "heavy");
        app.message("two");
        app.commit("two");

        Seen refused = app.pocketpaas("deploy");
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err())
                .containsPattern("2097152 MB needed for 1 new process, [0-9]+ MB of memory and swap left on the host")
                .contains("pocketpaas deploy --stop-first");
        assertThat(app.pocketpaas("env", "set", "A=1").exit()).isEqualTo(4);
        assertThat(app.get("/env/A").body()).isEqualTo("unset");
        assertThat(containers(droplet, "heavy")).isEqualTo(before);

        Seen deploy = app.must("deploy", "--stop-first");
        assertThat(deploy.err()).contains("heavy does not answer until the new release is up");
        assertThat(app.get("/").body()).isEqualTo("two");
        app.must("env", "set", "A=1", "--stop-first");
        assertThat(app.get("/env/A").body()).isEqualTo("31");

        app.write("Procfile", "web: exit 3\n");
        app.commit("broken");
        Seen broken = app.pocketpaas("deploy", "--stop-first");
        assertThat(broken.exit()).as(broken.toString()).isEqualTo(5);
        assertThat(broken.err()).containsPattern("starting v[0-9]+ again").contains("exited with code 3");
        assertThat(app.get("/").body()).isEqualTo("two");
        app.destroy();
    }

    @Test
    void whatMustNotOverlapDoesNot(TestDroplet droplet) {
        TestApp app = TestApp.create(
                droplet, "single", "volumes: { data: /data }", "processes: { clock: { scale: 1, overlap: false } }");
        // Ends with 9 where another one holds the lock.
        app.write(
                "Procfile",
                "web: perl app.pl\nclock: exec flock --nonblock --conflict-exit-code 9 /data/lock sleep 1000\n");
        app.commit("clock");
        app.must("deploy");

        Seen deploy = app.ship("two");

        assertThat(deploy.err())
                .contains("ends before the new release starts: clock")
                .doesNotContain("does not answer");
        app.write("Procfile", "web: exit 3\nclock: sleep 1000\n");
        app.commit("broken");
        assertThat(app.pocketpaas("deploy").exit()).isEqualTo(5);
        assertThat(app.must("ps").out()).containsPattern("clock.1 +running .* v2");
        app.destroy();
    }

    private static String inspect(TestDroplet droplet, String app, String type, String format) {
        String ids = "docker ps -q --filter label=pocketpaas.app=" + app + " --filter label=pocketpaas.type=" + type;
        return droplet.inside("docker inspect --format '" + format + "' $(" + ids + ")")
                .out()
                .strip();
    }

    private static List<String> types(TestDroplet droplet, String app) {
        return containers(droplet, app).stream().map(line -> line.split(" ")[0]).toList();
    }

    /** A line TYPE.INSTANCE ID STARTED for each process of the app. */
    private static Set<String> containers(TestDroplet droplet, String app) {
        String format = "{{index .Config.Labels \"pocketpaas.type\"}}.{{index .Config.Labels \"pocketpaas.instance\"}}"
                + " {{.Id}} {{.State.StartedAt}}";
        String ids = "docker ps -aq --filter label=pocketpaas.app=" + app;
        return new TreeSet<>(
                droplet.inside("ids=$(" + ids + "); [ -z \"$ids\" ] || docker inspect --format '" + format + "' $ids")
                        .out()
                        .lines()
                        .toList());
    }
}
