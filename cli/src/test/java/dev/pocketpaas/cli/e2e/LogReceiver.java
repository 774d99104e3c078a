package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Machines.Machine;
import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * A server on a droplet that takes logs: syslog over TLS (port 6514), or requests by HTTPS (8443). What it takes is in the file
 * {@code got} of its place; that of HTTPS answers with the status in {@code status}, and keeps logins and paths in {@code asked}.
 */
final class LogReceiver {
    static final String NAME = "logs.example.test";

    private static final String PLACE = "/var/lib/log-receiver";
    private static final String AUTHORITIES = "/var/lib/pocketpaas/host/ca-certificates.pem";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String SYSLOG = String.join(
            "\n",
            "import socket, ssl, sys, threading",
            "context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)",
            "context.load_cert_chain(sys.argv[1], '../key.pem')",
            "server = socket.create_server(('0.0.0.0', 6514))",
            "def take(connection):",
            "    try:",
            "        with context.wrap_socket(connection, server_side=True) as client, open('got', 'ab', 0) as got:",
            "            while data := client.recv(65536):",
            "                got.write(data)",
            "    except OSError:",
            "        pass",
            "while True:",
            "    threading.Thread(target=take, args=(server.accept()[0],), daemon=True).start()");

    private static final String HTTPS = String.join(
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
            "context.load_cert_chain(sys.argv[1], '../key.pem')",
            "server = ThreadingHTTPServer(('0.0.0.0', 8443), Handler)",
            "server.socket = context.wrap_socket(server.socket, server_side=True)",
            "server.serve_forever()");

    private final TestDroplet droplet;
    private final String place;

    private LogReceiver(TestDroplet droplet, String kind, String program) {
        this.droplet = droplet;
        place = PLACE + "/" + kind;
        // Certificates of its name and of another one, which the host takes for authorities.
        droplet.must("mkdir -p " + place + "; cd " + PLACE
                + "; certificate() { openssl req -x509 -key key.pem -out $1 -days 9 -subj /CN=$2 -addext subjectAltName=DNS:$2; }"
                + "; test -f key.pem || { openssl genrsa -out key.pem 2048; certificate cert.pem " + NAME
                + "; certificate wrong.pem else.example.test; cp " + AUTHORITIES
                + " before 2>/dev/null || : >before; cat cert.pem wrong.pem >>" + AUTHORITIES + "; }"
                + "; cat >" + place + "/receiver.py <<'END'\n" + program + "\nEND\n");
    }

    /** Not started yet. */
    static LogReceiver syslog(TestDroplet droplet) {
        return new LogReceiver(droplet, "syslog", SYSLOG);
    }

    /** The same by HTTPS. */
    static LogReceiver https(TestDroplet droplet) {
        return new LogReceiver(droplet, "https", HTTPS);
    }

    /** Its name leads {@code from} there to that address. */
    static void name(TestDroplet from, String address) {
        from.must("echo '" + address + " " + NAME + "' >>/etc/hosts");
    }

    /** The same to the first address of the droplet itself. */
    static void name(TestDroplet droplet) {
        name(droplet, droplet.must("hostname -I").out().split(" ")[0]);
    }

    /** Whether it can be reached from the machine. A connection that is there would take lines that nobody gets. */
    static void reachable(Machine from, boolean reachable) {
        from.droplet()
                .must("iptables -w " + (reachable ? "-D" : "-I")
                        + " OUTPUT -p tcp -m multiport --dports 6514,8443 -j REJECT --reject-with tcp-reset"
                        + (reachable ? "" : " && systemctl restart pocketpaas-logdrain"));
    }

    /** With the certificate of its own name, {@code cert.pem}, or of another one, {@code wrong.pem}. */
    void start(String certificate) {
        droplet.must("cd " + place + "; setsid python3 receiver.py ../" + certificate
                + " >/dev/null 2>&1 </dev/null & echo $! >" + place + "/pid");
    }

    void stop() {
        droplet.must("test ! -f " + place + "/pid || kill $(cat " + place + "/pid); rm -f " + place + "/pid");
    }

    /** The app's logs are sent to the address, which is told on standard input: a login in it is nobody's argument. */
    static Seen added(TestApp app, String address, String... options) {
        String[] words = Stream.concat(Stream.of("logs", "drain", "add", "-"), Stream.of(options))
                .toArray(String[]::new);
        Seen added = app.laptop().pocketpaas(app.directory(), (address + "\n").getBytes(StandardCharsets.UTF_8), words);
        assertThat(added.exit()).as(added.toString()).isZero();
        return added;
    }

    /** Returns when it has taken a line with the text. */
    void await(String text) {
        Polling.until(PATIENCE, () -> got().contains(text), () -> "\"" + text + "\" does not arrive");
    }

    String got() {
        return file("got");
    }

    String asked() {
        return file("asked");
    }

    private String file(String name) {
        return droplet.must("cat " + place + "/" + name + " 2>/dev/null || :").out();
    }

    /** From now on it answers so; empty for taking lines. */
    void answer(String status) {
        droplet.must(status.isEmpty() ? "rm " + place + "/status" : "echo " + status + " >" + place + "/status");
    }

    /** Nothing of any of them is left on the droplet. */
    static void remove(TestDroplet droplet) {
        droplet.must("cd " + PLACE + " 2>/dev/null || exit 0; for pid in $(cat */pid 2>/dev/null); do kill $pid; done"
                + "; test ! -f before || cp before " + AUTHORITIES + "; rm -rf " + PLACE + "; grep -v " + NAME
                + " /etc/hosts >/root/hosts; cat /root/hosts >/etc/hosts");
    }
}
