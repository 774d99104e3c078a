package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/services.md promises of a service's edges: {@code mvn verify -Pservices}. */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
class ServiceAuditIT {
    private static final String DB = "edges";
    private static final String SETTINGS = "/etc/pocketpaas/services/" + DB + ".conf";

    private static TestApp app;

    @BeforeAll
    static void aDatabase(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres");
        app = TestApp.create(droplet, "edgy");
        app.must("deploy");
        app.must("services", "create", "postgres", DB);
        app.must("services", "link", DB);
    }

    @AfterAll
    static void gone(TestDroplet droplet) {
        droplet.inside("rm -f " + SETTINGS);
        app.pocketpaas("services", "unlink", DB);
        app.pocketpaas("services", "destroy", DB, "--confirm", DB);
        app.destroy();
    }

    @ParameterizedTest
    @ValueSource(strings = {"built-in", "openssh"})
    void thirtyConnectionsAtOnceGoThroughATunnel(String transport, TestDroplet droplet) throws Exception {
        Path output = app.directory().resolve("tunnel-" + transport + ".json");
        Process tunnel = app.laptop()
                .start(
                        app.directory(),
                        output,
                        "--transport",
                        transport,
                        "services",
                        "tunnel",
                        DB,
                        "--port",
                        "0",
                        "--json");
        List<Socket> clients = new ArrayList<>();
        try {
            Polling.until(Duration.ofSeconds(60), () -> text(output).contains("}"), () -> text(output));
            int port = Integer.parseInt(text(output).replaceAll("(?s).*\"port\" *: *([0-9]+).*", "$1"));
            String user = text(output).replaceAll("(?s).*\"user\" *: *\"([^\"]+)\".*", "$1");
            for (int i = 0; i < 30; i++) {
                Socket client = new Socket("127.0.0.1", port);
                client.setSoTimeout(60_000);
                clients.add(client);
                client.getOutputStream().write(startup(user));
            }
            for (Socket client : clients) {
                // The server asks for the password (SASL).
                assertThat(client.getInputStream().read()).isEqualTo('R');
            }
        } finally {
            tunnel.destroy();
            tunnel.waitFor();
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"built-in", "openssh"})
    void aConsoleAndADumpGoByEitherTransport(String transport) {
        Seen asked = app.must("--transport", transport, "services", "console", DB, "--", "SELECT 6 * 7 AS answer");
        assertThat(asked.out()).contains("42");
        Seen dumped = app.laptop()
                .run(
                        app.directory(),
                        "sh",
                        "-c",
                        "\"$0\" --transport " + transport + " services dump " + DB + " | head -c 5",
                        Laptop.program().toString());
        assertThat(dumped.out()).as(dumped.toString()).isEqualTo("PGDMP");
    }

    @Test
    void settingsOfAFileAreUsedAndOnesThatCannotBeAreExplained(TestDroplet droplet) {
        droplet.inside("mkdir -p /etc/pocketpaas/services; echo 'work_mem = 7MB' >" + SETTINGS);
        app.must("services", "restart", DB);
        assertThat(app.must("services", "console", DB, "--", "SHOW work_mem").out())
                .contains("7MB");
        droplet.inside("echo 'work_mem = plenty' >" + SETTINGS);

        Seen failed = app.pocketpaas("services", "restart", DB);

        assertThat(failed.exit()).as(failed.toString()).isIn(5, 6);
        assertThat(failed.all()).contains("work_mem", "last lines", "pocketpaas services logs " + DB);
        droplet.inside("rm " + SETTINGS);
        app.must("services", "restart", DB);
        assertThat(app.must("services", "console", DB, "--", "SHOW work_mem").out())
                .contains("4MB");
    }

    @Test
    void noPasswordIsInTheJournalInALogOrInAnImage(TestDroplet droplet) {
        app.must("services", "credentials", "rotate", DB);
        app.must("services", "restart", DB);
        Seen found = droplet.inside(
                "for file in /var/lib/pocketpaas/services/" + DB + "/password /var/lib/pocketpaas/services/" + DB
                        + "/apps/edgy/login; do for secret in $(grep -oE '[0-9a-f]{48}' $file); do echo looked for one;"
                        + " journalctl --no-pager -q | grep -F $secret; grep -rlF $secret /var/log /etc /run/systemd /var/lib/pocketpaas/work"
                        + " /var/lib/pocketpaas/apps; for image in $(docker images -q | sort -u); do docker history --no-trunc $image"
                        + " | grep -F $secret; docker inspect $image | grep -F $secret; done; done; done");

        assertThat(found.out().lines())
                .as(found.toString())
                .hasSizeGreaterThanOrEqualTo(2)
                .containsOnly("looked for one");
    }

    private static byte[] startup(String user) {
        byte[] words = ("user\0" + user + "\0database\0app_edgy\0\0").getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[words.length + 8];
        all[3] = (byte) all.length;
        all[5] = 3;
        System.arraycopy(words, 0, all, 8, words.length);
        return all;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return "";
        }
    }
}
