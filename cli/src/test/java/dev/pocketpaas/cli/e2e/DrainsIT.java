package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
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
    private static final String PLACE = "/var/lib/drain-it";
    private static final String AUTHORITIES = "/var/lib/pocketpaas/host/ca-certificates.pem";
    private static final String TARGET = "syslog+tls://logs.example.test:6514";
    private static final String ADDRESS = "https://ada:hunter2@logs.example.test:8443/in?token=t0ken";
    private static final String SHOWN = "https://logs.example.test:8443/...";
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

    /** Answers with the status in the file {@code status}; keeps what it takes in {@code got}, and logins and paths in {@code asked}. */
    private static final String HTTPS_RECEIVER = String.join(
            "\n",
            "import os, ssl, sys",
            "from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer",
            "class Handler(BaseHTTPRequestHandler):",
            "    protocol_version = 'HTTP/1.1'",
            "    def do_POST(self):",
            "        body = self.rfile.read(int(self.headers['Content-Length']))",
            "        status = int(open('status').read()) if os.path.exists('status') else 200",
            "        with open('asked', 'a') as asked:",
            "            print(status, self.path, self.headers['Authorization'], self.headers['X-Key'],",
            "                  self.headers['Content-Type'], self.headers['Logplex-Msg-Count'], file=asked)",
            "        if status == 200:",
            "            with open('got', 'ab', 0) as got:",
            "                got.write(body)",
            "        self.send_response(status)",
            "        self.send_header('Content-Length', '0')",
            "        self.end_headers()",
            "    def log_message(self, *_):",
            "        pass",
            "context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)",
            "context.load_cert_chain(sys.argv[1], 'key.pem')",
            "server = ThreadingHTTPServer(('0.0.0.0', 8443), Handler)",
            "server.socket = context.wrap_socket(server.socket, server_side=True)",
            "server.serve_forever()");

    @AfterEach
    void tidy(TestDroplet droplet) {
        stop(droplet);
        droplet.inside("test ! -f " + PLACE + "/before || cp " + PLACE + "/before " + AUTHORITIES + "; rm -rf " + PLACE
                + "; grep -v logs.example.test /etc/hosts >/root/hosts; cat /root/hosts >/etc/hosts");
    }

    @Test
    void everyLineArrivesOnceAlsoAfterTheTargetWasAway(TestDroplet droplet) {
        prepare(droplet, RECEIVER);
        TestApp app = TestApp.create(droplet, "drained", "stop-timeout: 1s");
        app.must("deploy");

        assertThat(app.pocketpaas("logs", "drain", "add", "syslog+tls://169.254.169.254:6514")
                        .exit())
                .isEqualTo(4);
        assertThat(app.must("logs", "drain").err()).contains("stay on the host");
        app.must("logs", "drain", "add", TARGET);
        assertThat(app.must("logs", "drain", "list").out()).contains(TARGET);

        start(droplet, "");
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
        start(droplet, "");
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

    /** At least once: what the target has taken when the forwarder is ended in the same moment comes again. */
    @Test
    void everyLineArrivesByHttpsAlsoAfterTheTargetWasAway(TestDroplet droplet) {
        prepare(droplet, HTTPS_RECEIVER);
        TestApp app = TestApp.create(droplet, "posted", "stop-timeout: 1s");
        app.must("deploy");

        assertThat(app.pocketpaas("logs", "drain", "add", ADDRESS).err())
                .contains("not taken as an argument")
                .doesNotContain("hunter2");
        for (String refused : List.of("https://169.254.169.254/latest", "https://localhost/")) {
            assertThat(app.pocketpaas("logs", "drain", "add", refused).exit()).isEqualTo(4);
        }
        start(droplet, "wrong.pem");
        Laptop.write(app.directory().resolve("headers.txt"), "X-Key: h1dden\n");
        Seen added = app.laptop()
                .pocketpaas(
                        app.directory(),
                        (ADDRESS + "\n").getBytes(StandardCharsets.UTF_8),
                        "logs",
                        "drain",
                        "add",
                        "-",
                        "--header-file",
                        "headers.txt");
        assertThat(added.exit()).as(added.toString()).isZero();
        assertThat(added.out()).contains("the logs of posted are sent to " + SHOWN);

        // A certificate of another name, then a login that is refused, are told, and nothing is lost.
        say(app, "echo the first line");
        untilTold(app, "its certificate is refused: Hostname mismatch");
        stop(droplet);
        droplet.must("echo 401 >" + PLACE + "/status");
        start(droplet, "cert.pem");
        untilTold(app, "it answers 401 Unauthorized");
        assertThat(app.pocketpaas("doctor", "--app", "posted").out())
                .contains("the logs of posted do not reach " + SHOWN)
                .contains("it answers 401 Unauthorized");
        assertThat(got(droplet)).isEmpty();
        droplet.must("rm " + PLACE + "/status");
        until(droplet, "the first line");
        Polling.until(
                PATIENCE,
                () -> !app.must("logs", "drain").out().contains("401"),
                () -> app.must("logs", "drain").out());
        assertThat(got(droplet))
                .containsPattern("[0-9]+ <[0-9]+>1 [-0-9T:.+]+ \\S+ posted run\\.\\S+ - the first line\n");
        assertThat(droplet.must("cat " + PLACE + "/asked").out())
                .contains("200 /in?token=t0ken Basic YWRhOmh1bnRlcjI= h1dden application/logplex-1 1\n");

        // Lines come all the time; the target goes away and comes back, and the forwarder is restarted with and without
        // it.
        say(app, "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo \"[$i]\"; sleep 0.02; done; echo over");
        Polling.until(PATIENCE, () -> got(droplet).contains("[50]"), () -> got(droplet));
        droplet.must("systemctl restart pocketpaas-logdrain");
        stop(droplet);
        untilTold(app, "it refuses connections");
        for (int times = 0; times < 3; times++) {
            droplet.must("systemctl restart pocketpaas-logdrain && sleep 1");
        }
        noSecretIsSeen(droplet);
        start(droplet, "cert.pem");
        until(droplet, "over");
        String all = got(droplet);
        assertThat(IntStream.rangeClosed(1, 1000).filter(n -> !all.contains("[" + n + "]")))
                .as("lost")
                .isEmpty();

        // As objects, to a second place.
        app.must("logs", "drain", "add", "https://logs.example.test:8443/json", "--format", "json");
        say(app, "echo the last line");
        until(droplet, "\"message\": \"the last line\"");
        assertThat(got(droplet)).contains("\"app\": \"posted\"").contains("\"process\": \"run.");
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

    private static void prepare(TestDroplet droplet, String receiver) {
        droplet.must("mkdir -p " + PLACE + "; cd " + PLACE
                + "; certificate() { openssl req -x509 -key key.pem -out $1 -days 9 -subj /CN=$2 -addext subjectAltName=DNS:$2; }"
                + "; openssl genrsa -out key.pem 2048; certificate cert.pem logs.example.test; certificate wrong.pem else.example.test"
                + "; cat >receiver.py <<'END'\n" + receiver + "\nEND\n"
                + "cp " + AUTHORITIES + " before 2>/dev/null || : >before; cat cert.pem wrong.pem >>" + AUTHORITIES
                + "; echo \"$(hostname -I | cut -d' ' -f1) logs.example.test\" >>/etc/hosts");
    }

    private static void until(TestDroplet droplet, String text) {
        Polling.until(PATIENCE, () -> got(droplet).contains(text), () -> "\"" + text + "\" does not arrive");
    }

    private static String got(TestDroplet droplet) {
        return droplet.inside("cat " + PLACE + "/got 2>/dev/null || :").out();
    }

    private static void start(TestDroplet droplet, String certificate) {
        droplet.inside("cd " + PLACE + "; setsid python3 receiver.py " + certificate
                + " >/dev/null 2>&1 </dev/null & echo $! >" + PLACE + "/pid");
    }

    private static void stop(TestDroplet droplet) {
        droplet.inside("test ! -f " + PLACE + "/pid || kill $(cat " + PLACE + "/pid); rm -f " + PLACE + "/pid");
    }
}
