package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Logs that are sent to a server that takes syslog over TLS, and is away for a while. */
@Tag("jobs")
@ExtendWith(TestDroplet.Shared.class)
class DrainsIT {
    private static final String PLACE = "/var/lib/drain-it";
    private static final String AUTHORITIES = "/var/lib/pocketpaas/host/ca-certificates.pem";
    private static final String TARGET = "syslog+tls://logs.example.test:6514";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String RECEIVER = String.join(
            "\n",
            "import socket, ssl",
            "context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)",
            "context.load_cert_chain('cert.pem', 'key.pem')",
            "server = socket.create_server(('0.0.0.0', 6514))",
            "while True:",
            "    try:",
            "        with context.wrap_socket(server.accept()[0], server_side=True) as client, open('got', 'ab', 0) as got:",
            "            while data := client.recv(65536):",
            "                got.write(data)",
            "    except OSError:",
            "        pass");

    @AfterEach
    void tidy(TestDroplet droplet) {
        stop(droplet);
        droplet.inside("test ! -f " + PLACE + "/before || cp " + PLACE + "/before " + AUTHORITIES + "; rm -rf " + PLACE
                + "; grep -v logs.example.test /etc/hosts >/root/hosts; cat /root/hosts >/etc/hosts");
    }

    @Test
    void everyLineArrivesOnceAlsoAfterTheTargetWasAway(TestDroplet droplet) {
        droplet.inside("mkdir -p " + PLACE + "; cd " + PLACE
                + "; openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 9 -subj /CN=logs"
                + " -addext subjectAltName=DNS:logs.example.test 2>/dev/null; cat >receiver.py <<'END'\n" + RECEIVER
                + "\nEND\n"
                + "cp " + AUTHORITIES + " before 2>/dev/null || : >before; cat cert.pem >>" + AUTHORITIES
                + "; echo \"$(hostname -I | cut -d' ' -f1) logs.example.test\" >>/etc/hosts");
        TestApp app = TestApp.create(droplet, "drained", "stop-timeout: 1s");
        app.must("deploy");

        assertThat(app.pocketpaas("logs", "drain", "add", "https://logs.example.test")
                        .exit())
                .isEqualTo(2);
        assertThat(app.pocketpaas("logs", "drain", "add", "syslog+tls://169.254.169.254:6514")
                        .exit())
                .isEqualTo(4);
        assertThat(app.must("logs", "drain").err()).contains("stay on the host");
        app.must("logs", "drain", "add", TARGET);
        assertThat(app.must("logs", "drain", "list").out()).contains(TARGET);

        start(droplet);
        app.must("run", "--detach", "--", "echo", "the first line");
        until(droplet, "the first line");
        assertThat(got(droplet)).contains(" drained run.");

        // The forwarder knows its place after it was restarted; then the target is away.
        assertThat(droplet.inside("systemctl restart pocketpaas-logdrain").exit())
                .isZero();
        app.must("run", "--detach", "--", "echo", "the second line");
        until(droplet, "the second line");
        stop(droplet);
        app.must(
                "run",
                "--detach",
                "--",
                "sh",
                "-c",
                "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo \"[$i]\"; done; echo over");
        Polling.eventually(() -> assertThat(app.must("logs", "-n", "5").out()).contains("over"));
        start(droplet);
        until(droplet, "over");
        String all = got(droplet);
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

    private static void until(TestDroplet droplet, String text) {
        Polling.until(PATIENCE, () -> got(droplet).contains(text), () -> "\"" + text + "\" does not arrive");
    }

    private static String got(TestDroplet droplet) {
        return droplet.inside("cat " + PLACE + "/got 2>/dev/null || :").out();
    }

    private static void start(TestDroplet droplet) {
        droplet.inside(
                "cd " + PLACE + "; setsid python3 receiver.py >/dev/null 2>&1 </dev/null & echo $! >" + PLACE + "/pid");
    }

    private static void stop(TestDroplet droplet) {
        droplet.inside("test ! -f " + PLACE + "/pid || kill $(cat " + PLACE + "/pid); rm -f " + PLACE + "/pid");
    }
}
