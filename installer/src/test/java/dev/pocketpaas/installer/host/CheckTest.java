package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckTest {
    private static final long ME = ProcessHandle.current().pid();

    @TempDir
    Path directory;

    private ReleaseShell shell;

    @BeforeEach
    void start() throws IOException {
        shell = new ReleaseShell(directory).state("b/settings/check/deadline", "1");
    }

    @Test
    void aWebProcessIsUpWhenItsPathAnswersAsExpected() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/healthz", exchange -> {
            boolean good =
                    "shop.example.org".equals(exchange.getRequestHeaders().getFirst("Host"))
                            && "http".equals(exchange.getRequestHeaders().getFirst("X-Forwarded-Proto"));
            exchange.sendResponseHeaders(good ? 204 : 500, -1);
            exchange.close();
        });
        server.start();
        try {
            port(server.getAddress().getPort()).state("b/settings/check/path", "/healthz");

            assertThat(verdict("web")).first().asString().startsWith("ok ");

            shell.state("b/settings/check/path", "/nothing");

            assertThat(verdict("web")).containsExactly("status 0 404", "exit 1");
            assertThat(explanation("web", "status 0 404"))
                    .contains("+fail\tcheck-failed\tGET /nothing on web.1 answered 404, expected 200-399");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void withoutAPathListeningIsEnough() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            port(socket.getLocalPort());

            assertThat(verdict("web")).first().asString().startsWith("ok ");
        }
    }

    @Test
    void whereNobodyTakesTheConnectionTheCheckEndsByItsDeadline() throws Exception {
        // The kernel of a full backlog drops what comes, as a firewall does.
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                Socket first = new Socket(socket.getInetAddress(), socket.getLocalPort());
                Socket second = new Socket(socket.getInetAddress(), socket.getLocalPort())) {
            assertThat(first.isConnected() && second.isConnected()).isTrue();
            port(socket.getLocalPort());

            long began = System.nanoTime();
            assertThat(verdict("web")).containsExactly("unreached 0 -", "exit 1");
            assertThat(explanation("web", "unreached 0 -"))
                    .anyMatch(line ->
                            line.startsWith("+fail\tloopback-only\t") || line.startsWith("+fail\tunreachable\t"));
            shell.state("b/settings/check/path", "/up");
            assertThat(verdict("web")).containsExactly("unreached 0 -", "exit 1");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void nothingThatListensIsSeenAsSuch() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        port(free);

        assertThat(verdict("web")).containsExactly("refused 0 -", "exit 1");
    }

    @Test
    void whatIsGoneIsNotWaitedFor() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        shell.state("b/settings/check/deadline", "60");

        long began = System.nanoTime();
        assertThat(shell.run(check("web", gone.pid()))).containsExactly("exited 0", "exit 1");
        assertThat(System.nanoTime() - began).isLessThan(20_000_000_000L);
    }

    @Test
    void oneThatFailsEndsTheWaitForTheOthers() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        // Longer than a test may take.
        shell.state("b/processes/clock/stays-up", "3000");

        assertThat(shell.run("check_all \"$PP_ROOT/b\" shop.example.org \"$WORK\" \"a clock 1 127.0.0.1 " + ME
                        + " /none\" \"b worker 1 127.0.0.1 " + gone.pid()
                        + " /none\" || echo failed; ls \"$WORK\"; cat \"$WORK/worker.1\""))
                .containsExactly("failed", "worker.1", "exited 0");
    }

    @Test
    void aWorkerHasToStayUp() {
        assertThat(verdict("worker")).first().asString().matches("ok [2-9][0-9]{3,}");
    }

    @Test
    void howLongItHasToStayUpIsASetting() throws IOException {
        shell.state("b/processes/worker/stays-up", "1");
        assertThat(verdict("worker")).first().asString().matches("ok [1-9][0-9]{3,}");

        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            port(socket.getLocalPort()).state("b/processes/web/stays-up", "1");

            assertThat(verdict("web")).first().asString().matches("ok [1-9][0-9]{3,}");
        }
    }

    @Test
    void whatDiesBeforeItsTimeIsNotUp() throws Exception {
        Process shortLived = new ProcessBuilder("sleep", "1").start();
        shell.state("b/processes/worker/stays-up", "60");

        assertThat(shell.run(check("worker", shortLived.pid()))).containsExactly("exited 0", "exit 1");
    }

    @Test
    void aCheckThatHangsIsCutOffAndNamed() throws IOException {
        // The kernel accepts, nobody answers.
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            port(socket.getLocalPort()).state("b/settings/check/path", "/up").state("b/settings/check/timeout", "1");

            assertThat(verdict("web")).containsExactly("silent 0 -", "exit 1");
        }
        port(5000);
        assertThat(silence("5000 open", "silent", "0"))
                .contains("+fail\tno-answer\tweb.1 listens on port 5000, but GET /up got no answer within 1 s");
    }

    @Test
    void whatIsNotHttpIsNamed() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            Thread server = new Thread(() -> {
                try {
                    while (true) {
                        try (Socket client = socket.accept()) {
                            client.getOutputStream()
                                    .write("\u0015\u0003\u0003\u0000\n".getBytes(StandardCharsets.ISO_8859_1));
                        }
                    }
                } catch (IOException e) {
                    // Closed: the test is over.
                }
            });
            server.setDaemon(true);
            server.start();
            port(socket.getLocalPort()).state("b/settings/check/path", "/up");

            assertThat(verdict("web")).containsExactly("garbled 0 -", "exit 1");
        }
        port(5000);
        assertThat(silence("5000 open", "garbled", "0"))
                .contains("+fail\tnot-http\tweb.1 listens on port 5000, but what it says to GET /up is not HTTP");
    }

    @Test
    void listeningOnLoopbackAloneIsNamed() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            port(socket.getLocalPort());

            assertThat(explanation("web", "refused 0 -"))
                    .contains("+fail\tloopback-only\tweb.1 listens on port " + socket.getLocalPort()
                            + " only on 127.0.0.1, so nothing outside its container reaches it");
        }
    }

    @Test
    void listenersAreReadFromTheKernel() throws IOException {
        try (ServerSocket loopback = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
                // Java's own way to listen everywhere is an IPv6 socket that takes IPv4, too.
                ServerSocket open = new ServerSocket(0)) {
            assertThat(shell.run("explain_listeners " + ME))
                    .contains(loopback.getLocalPort() + " loopback", open.getLocalPort() + " open6");
        }
    }

    @Test
    void eachSilenceHasItsOwnCause() {
        assertThat(silence("3000 open", "refused", "0"))
                .contains("+fail\twrong-port\tweb.1 listens on port 3000, not on $PORT (5000)");
        assertThat(silence("", "refused", "0"))
                .contains("+fail\tnot-listening\tweb.1 runs, but listens on no port after 1 s; expected $PORT (5000)");
        assertThat(silence("", "refused", "2")).anyMatch(line -> line.startsWith("+fail\tout-of-memory\t"));
        assertThat(silence("5000 open6", "refused", "0")).anyMatch(line -> line.startsWith("+fail\tipv6-only\t"));
        for (String verdict : List.of("refused", "unreached")) {
            assertThat(silence("5000 open", verdict, "0"))
                    .contains("+fail\tunreachable\tweb.1 listens on port 5000, but the host cannot reach the container"
                            + " (a firewall on the host?)");
            assertThat(shell.run("explain_inside() { return 0; }; explain_listeners() { echo '5000 open6'; };"
                            + " explain_silence web.1 \"$PP_ROOT/b\" 1 " + verdict + " 0 - 127.0.0.1"))
                    .anyMatch(line -> line.startsWith("+fail\tunreachable\t"));
        }
        assertThat(shell.run("check_connect() { return 0; }; explain_listeners() { echo '5000 open'; };"
                        + " explain_silence web.1 \"$PP_ROOT/b\" 1 refused 0 - 127.0.0.1"))
                .contains("+fail\ttoo-slow\tweb.1 began to listen on port 5000 only when its 1 s were over");
    }

    @Test
    void whereItListensIsSaidInAnyCase() {
        assertThat(silence("3000 open\n3000 open6\n5000 loopback", "refused", "0"))
                .contains("+note\tweb.1 runs; it listens on 3000, 5000 (only on 127.0.0.1)")
                .anyMatch(line -> line.startsWith("+fail\tloopback-only\t"));
        assertThat(silence("", "refused", "0")).contains("+note\tweb.1 runs; it listens on no port");
    }

    @Test
    void eachEndHasItsOwnCure() {
        assertThat(exit(127, "false")).contains("exit code 127", "was not found");
        assertThat(exit(126, "false")).contains("executable");
        assertThat(exit(0, "false")).contains("ended by itself");
        assertThat(exit(139, "false")).contains("signal 11");
        assertThat(exit(137, "false")).contains("SIGKILL", "not for memory");
        assertThat(exit(137, "true")).contains("+fail\tout-of-memory\t");
        assertThat(exit(3, "false")).contains("+fail\texited\tworker.1 exited with code 3 before it was up");
    }

    @Test
    void statusesAreRangesAndLists() {
        assertThat(
                        shell.run(
                                "for code in 199 200 399 400 418 000; do check_status $code 200-399,418 && echo $code || true; done"))
                .containsExactly("200", "399", "418");
    }

    private ReleaseShell port(int port) throws IOException {
        return shell.state("b/port", Integer.toString(port));
    }

    private List<String> verdict(String type) {
        return shell.run(check(type, ME));
    }

    private static String check(String type, long pid) {
        return "code=0; check_all \"$PP_ROOT/b\" shop.example.org \"$WORK\" \"0123 " + type + " 1 127.0.0.1 " + pid
                + " /none\" || code=$?; cat \"$WORK/" + type + ".1\"; exit $code";
    }

    private List<String> explanation(String type, String verdict) {
        return shell.run(
                "container_tail() { :; }; echo \"$1\" >\"$WORK/" + type
                        + ".1\"; explain_failure shop \"$PP_ROOT/b\" \"$WORK\" \"0123 " + type + " 1 127.0.0.1 " + ME
                        + " /none\"",
                verdict);
    }

    private String exit(int code, String oom) {
        return String.join(
                "\n",
                shell.run("docker() { echo '" + code + " " + oom + "'; }; explain_kernel_killed() { return 1; };"
                        + " explain_exit id worker.1 worker \"$PP_ROOT/b\" 0"));
    }

    private List<String> silence(String listeners, String verdict, String kills) {
        return shell.run("explain_listeners() { printf '%s\\n' '" + listeners
                + "' | grep . || true; }; explain_silence web.1 \"$PP_ROOT/b\" 1 " + verdict + " " + kills
                + " - 127.0.0.1");
    }
}
