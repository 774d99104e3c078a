package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Logs that are sent to a server that takes syslog over TLS, or requests by HTTPS, and is away for a while. */
@Tag("jobs")
@ExtendWith(TestDroplet.Shared.class)
class DrainsIT {
    private static final String TARGET = "syslog+tls://logs.example.test:6514";
    private static final String ADDRESS = "https://ada:hunter2@logs.example.test:8443/in?token=t0ken";
    private static final String SHOWN = "https://logs.example.test:8443/...";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @AfterEach
    void tidy(TestDroplet droplet) {
        LogReceiver.remove(droplet);
    }

    @Test
    void everyLineArrivesOnceAlsoAfterTheTargetWasAway(TestDroplet droplet) {
        LogReceiver.name(droplet);
        LogReceiver receiver = LogReceiver.syslog(droplet);
        TestApp app = TestApp.create(droplet, "drained", "stop-timeout: 1s");
        app.must("deploy");

        assertThat(app.pocketpaas("logs", "drain", "add", "syslog+tls://169.254.169.254:6514")
                        .exit())
                .isEqualTo(4);
        assertThat(app.must("logs", "drain").err()).contains("stay on the host");
        app.must("logs", "drain", "add", TARGET);
        assertThat(app.must("logs", "drain", "list").out()).contains(TARGET);

        receiver.start("cert.pem");
        app.must("run", "--detach", "--", "echo", "the first line");
        receiver.await("the first line");
        assertThat(receiver.got()).contains(" drained run.");

        // The forwarder knows its place after it was restarted; then the target is away.
        assertThat(droplet.inside("systemctl restart pocketpaas-logdrain").exit())
                .isZero();
        app.must("run", "--detach", "--", "echo", "the second line");
        receiver.await("the second line");
        receiver.stop();
        app.must(
                "run",
                "--detach",
                "--",
                "sh",
                "-c",
                "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo \"[$i]\"; done; echo over");
        Polling.eventually(() -> assertThat(app.must("logs", "-n", "5").out()).contains("over"));
        receiver.start("cert.pem");
        receiver.await("over");
        String all = receiver.got();
        assertThat(all.split("the first line", -1)).hasSize(2);
        assertThat(IntStream.rangeClosed(1, 300).filter(n -> all.split("\\[" + n + "]", -1).length != 2))
                .as("lost or doubled")
                .isEmpty();

        Seen again = app.must("logs", "drain", "remove", "1");
        assertThat(again.out()).contains("no longer sent there");
        assertThat(droplet.inside("systemctl is-active pocketpaas-logdrain; ls /var/lib/pocketpaas/drains")
                        .out())
                .doesNotStartWith("active\n");
        app.destroy();
    }

    /** At least once: what the target has taken when the forwarder is ended in the same moment comes again. */
    @Test
    void everyLineArrivesByHttpsAlsoAfterTheTargetWasAway(TestDroplet droplet) {
        LogReceiver.name(droplet);
        LogReceiver receiver = LogReceiver.https(droplet);
        TestApp app = TestApp.create(droplet, "posted", "stop-timeout: 1s");
        app.must("deploy");

        assertThat(app.pocketpaas("logs", "drain", "add", ADDRESS).err())
                .contains("not taken as an argument")
                .doesNotContain("hunter2");
        for (String refused : List.of("https://169.254.169.254/latest", "https://localhost/")) {
            assertThat(app.pocketpaas("logs", "drain", "add", refused).exit()).isEqualTo(4);
        }
        receiver.start("wrong.pem");
        Laptop.write(app.directory().resolve("headers.txt"), "X-Key: h1dden\n");
        Seen added = LogReceiver.added(app, ADDRESS, "--header-file", "headers.txt");
        assertThat(added.out()).contains("the logs of posted are sent to " + SHOWN);

        // A certificate of another name, then a login that is refused, are told, and nothing is lost.
        say(app, "echo the first line");
        untilTold(app, "its certificate is refused: Hostname mismatch");
        receiver.stop();
        receiver.answer("401");
        receiver.start("cert.pem");
        untilTold(app, "it answers 401 Unauthorized");
        assertThat(app.pocketpaas("doctor", "--app", "posted").out())
                .contains("the logs of posted do not reach " + SHOWN)
                .contains("it answers 401 Unauthorized");
        assertThat(receiver.got()).isEmpty();
        receiver.answer("");
        receiver.await("the first line");
        Polling.until(
                PATIENCE,
                () -> !app.must("logs", "drain").out().contains("401"),
                () -> app.must("logs", "drain").out());
        assertThat(receiver.got())
                .containsPattern("[0-9]+ <[0-9]+>1 [-0-9T:.+]+ \\S+ posted run\\.\\S+ - the first line\n");
        assertThat(receiver.asked())
                .contains("200 /in?token=t0ken Basic YWRhOmh1bnRlcjI= h1dden application/logplex-1 1\n");

        // Lines come all the time; the target goes away and comes back, and the forwarder is restarted with and without
        // it.
        say(app, "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo \"[$i]\"; sleep 0.02; done; echo over");
        Polling.until(PATIENCE, () -> receiver.got().contains("[50]"), () -> receiver.got());
        droplet.must("systemctl restart pocketpaas-logdrain");
        receiver.stop();
        untilTold(app, "it refuses connections");
        for (int times = 0; times < 3; times++) {
            droplet.must("systemctl restart pocketpaas-logdrain && sleep 1");
        }
        noSecretIsSeen(droplet);
        receiver.start("cert.pem");
        receiver.await("over");
        String all = receiver.got();
        assertThat(IntStream.rangeClosed(1, 1000).filter(n -> !all.contains("[" + n + "]")))
                .as("lost")
                .isEmpty();

        // As objects, to a second place.
        app.must("logs", "drain", "add", "https://logs.example.test:8443/json", "--format", "json");
        say(app, "echo the last line");
        receiver.await("\"message\": \"the last line\"");
        assertThat(receiver.got()).contains("\"app\": \"posted\"").contains("\"process\": \"run.");
        assertThat(app.must("logs", "drain", "list", "--json").out())
                .doesNotContain("hunter2")
                .contains("\"json\"");
        app.must("logs", "drain", "remove", "2");
        app.must("logs", "drain", "remove", SHOWN);
        assertThat(droplet.must("ls /var/lib/pocketpaas").out()).doesNotContain("drains");
        app.destroy();
    }

    private static void say(TestApp app, String script) {
        app.must("run", "--detach", "--", "sh", "-c", script);
    }

    private static void untilTold(TestApp app, String problem) {
        Polling.until(
                PATIENCE,
                () -> app.must("logs", "drain").out().contains(problem),
                () -> app.must("logs", "drain").out());
    }

    /** Not in what runs, nor in what is logged, nor in rsyslog's configuration. */
    private static void noSecretIsSeen(TestDroplet droplet) {
        String seen = droplet.must(
                        "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n';"
                                + " cat /var/lib/pocketpaas/drains/rsyslog.conf /var/log/pocketpaas/*; journalctl --no-pager -o cat")
                .out();
        assertThat(seen).contains("send-logs").doesNotContain("hunter2", "t0ken", "h1dden", "YWRhOmh1bnRlcjI=");
        assertThat(droplet.must("find /var/lib/pocketpaas/drains -type f ! -perm 0600 -o -type d ! -perm 0700")
                        .out())
                .isEmpty();
    }
}
