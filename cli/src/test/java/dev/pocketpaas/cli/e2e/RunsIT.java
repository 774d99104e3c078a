package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Commands in the background, and in containers that run. */
@ExtendWith(TestDroplet.Shared.class)
class RunsIT {
    @Test
    void detachedAndInside(TestDroplet droplet) throws Exception {
        TestApp app = TestApp.create(droplet, "behind-it", "stop-timeout: 1s", "env: { COLOUR: 'dark green' }");
        assertThat(app.pocketpaas("console").exit()).isEqualTo(4);
        Files.writeString(app.directory().resolve("Procfile"), "web: perl app.pl\nconsole: echo \"it is $COLOUR\"\n");
        app.must("deploy", "--dirty");
        assertThat(app.must("console", "now").out()).isEqualTo("it is dark green now\n");

        // In the background: listed, with its output and its code.
        assertThat(app.must("run", "--detach", "--", "sh", "-c", "echo \"it is $COLOUR\"; exit 9")
                        .out())
                .contains("started in the background as run ");
        Polling.eventually(() -> assertThat(app.must("runs").out()).containsPattern("[0-9a-f]{8} +failed +9 "));
        String first = number(app);
        assertThat(app.must("logs", "--run", first).out()).contains("run." + first + " it is dark green");

        // It ends when it is told to, and its container with it.
        app.must("run", "-d", "--", "sleep", "1000");
        String second = number(app);
        assertThat(second).isNotEqualTo(first);
        Polling.eventually(() -> assertThat(droplet.inside("docker ps -q --filter label=pocketpaas.run")
                        .out())
                .isNotBlank());
        assertThat(app.must("runs", "stop", second).out()).contains("run " + second + " of behind-it is stopped");
        assertThat(droplet.inside("docker ps -aq --filter label=pocketpaas.run").out())
                .isBlank();
        assertThat(app.must("runs", "stop", second).out()).contains("Nothing to do", "has ended already: stopped");
        assertThat(app.pocketpaas("runs", "stop", "00000000").exit()).isEqualTo(4);
        assertThat(app.pocketpaas("runs", "stop", "latest").exit()).isEqualTo(2);

        // Inside: the process's own container, bytes as they are, the code of the command.
        assertThat(app.must("exec", "web.1", "--", "sh", "-c", "echo $POCKETPAAS_PROCESS $COLOUR")
                        .out())
                .isEqualTo("web.1 dark green\n");
        assertThat(app.pocketpaas("exec", "web", "sh", "-c", "exit 7").exit()).isEqualTo(7);
        // All behind "--" is the command, and the process the first one.
        assertThat(app.must("exec", "--", "printenv", "POCKETPAAS_PROCESS").out())
                .isEqualTo("web.1\n");
        assertThat(app.must("exec", "--", "pwd").out()).isEqualTo("/app\n");
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        Seen size = app.laptop()
                .pocketpaas(
                        app.directory(),
                        bytes,
                        "exec",
                        "web.1",
                        "--",
                        "sh",
                        "-c",
                        "cat >/tmp/x; wc -c </tmp/x; sha256sum </tmp/x");
        assertThat(size.out()).startsWith("300000\n").contains(sha256(bytes));
        Seen none = app.pocketpaas("exec", "worker.1", "ls");
        assertThat(none.exit()).isEqualTo(4);
        assertThat(none.err()).contains("no running process worker.1", "running: web.1");

        copies(app, bytes);
        tunnelled(app);

        app.must("run", "--detach", "--", "sleep", "1000");
        app.destroy();
        assertThat(droplet.inside(
                                "docker ps -aq --filter label=pocketpaas.run; systemctl list-units --all --plain --no-legend 'pocketpaas-run-*'")
                        .out())
                .isBlank();
    }

    private static void copies(TestApp app, byte[] bytes) throws IOException {
        Path directory = app.directory();
        Files.createDirectories(directory.resolve("tree/empty"));
        Files.write(directory.resolve("tree/b\u00e4r"), bytes);
        Files.createSymbolicLink(directory.resolve("tree/link"), Path.of("b\u00e4r"));

        assertThat(app.must("cp", "tree", "web.1:/tmp/").out()).contains("web.1:/tmp/tree: 2 files, 293.0 kB");
        assertThat(app.must("exec", "web", "--", "sh", "-c", "id -u; stat -c %u /tmp/tree/b*; test -h /tmp/tree/link")
                        .out()
                        .lines()
                        .distinct())
                .hasSize(1);
        app.must("exec", "web", "--", "ln", "-s", "/etc/passwd", "/tmp/tree/out");
        Seen back = app.pocketpaas("cp", "web:/tmp/tree", "back", "--json");
        assertThat(back.exit()).isEqualTo(4);
        assertThat(back.err()).contains("leads out");
        assertThat(directory.resolve("back/b\u00e4r")).hasBinaryContent(bytes);
        assertThat(directory.resolve("back/empty")).isEmptyDirectory();
        assertThat(Files.readSymbolicLink(directory.resolve("back/link"))).isEqualTo(Path.of("b\u00e4r"));
        assertThat(Files.exists(directory.resolve("back/out"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();

        assertThat(app.pocketpaas("cp", "web.1:/none", ".").exit()).isEqualTo(4);
        assertThat(app.pocketpaas("cp", "web.1:/tmp", "missing/x").err()).contains("there is no directory");
        assertThat(app.pocketpaas("cp", "tree", "web.1:/none/x").err()).contains("there is no directory /none");
        assertThat(app.pocketpaas("cp", "worker.1:/tmp", ".").err()).contains("running: web.1");
        assertThat(app.pocketpaas("cp", "tree", "back").exit()).isEqualTo(2);
    }

    private static void tunnelled(TestApp app) throws Exception {
        Path output = app.directory().resolve("tunnel.json");
        Process tunnel = app.laptop().start(app.directory(), output, "tunnel", "web.1", "--json");
        try {
            Polling.eventually(() -> assertThat(output).content().contains("\"port\""));
            int port = Integer.parseInt(TestDroplet.field(Files.readString(output), "port"));
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> answer = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(200);
            }
        } finally {
            tunnel.destroy();
            tunnel.waitFor();
        }
        assertThat(app.pocketpaas("tunnel", "worker").exit()).isEqualTo(4);
        assertThat(app.pocketpaas("tunnel", "web:0").exit()).isEqualTo(2);
    }

    /** Of the newest run. */
    private static String number(TestApp app) {
        return TestDroplet.field(app.must("runs", "--json").out(), "run");
    }

    private static String sha256(byte[] bytes) {
        try {
            return java.util.HexFormat.of()
                    .formatHex(
                            java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
