package dev.pocketpaas.installer.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FactsScriptTest {
    private static final String SCRIPT = Facts.PROGRAMS.text("lib/facts.bash");

    @Test
    void answersWithATreeOnThisMachine() throws Exception {
        byte[] answer = RootShell.on(new LocalHost("sh"))
                .capture(
                        (SCRIPT + "\n" + HostInitializer.emitFacts()).getBytes(StandardCharsets.UTF_8),
                        RootShell.SCRIPT)
                .output();
        HostFacts facts = new HostFacts(ValueTree.readFrom(new ByteArrayInputStream(answer)));
        assertThat(facts.value("address")).isEqualTo("203.0.113.10");
        assertThat(facts.memoryMegabytes()).isPositive();
        assertThat(facts.diskMegabytes()).isPositive();
        assertThat(facts.architecture()).isNotEmpty();
        assertThat(facts.value("uid")).matches("[0-9]+");
    }

    @Test
    void looksAtEveryFileOfOurs() {
        assertThat(ManagedFile.ALL)
                .isNotEmpty()
                .allSatisfy(file -> assertThat(SCRIPT).contains("\n" + file.path() + "\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    Status: inactive                                         | ''
                    Status: active                                           | ufw closed
                    Status: active\\n80/tcp   ALLOW   Anywhere                | ufw closed
                    Status: active\\n80/tcp  ALLOW  Anywhere\\n443  ALLOW  Any  | ufw open
                    Status: active\\n80/tcp  DENY  Anywhere\\n443  ALLOW  Any   | ufw closed
                    Status: active\\n8080/tcp ALLOW  Any\\n443  ALLOW  Any      | ufw closed
                    """)
    void readsUfw(String status, String expected, @TempDir Path bin) throws Exception {
        program(bin, "ufw", "printf '" + status + "\\n'");
        assertThat(run(bin, "firewall")).isEqualTo(expected);
    }

    @Test
    void readsFirewalld(@TempDir Path bin) throws Exception {
        program(bin, "ufw", "exit 1");
        program(bin, "firewall-cmd", "[ \"$1\" = --state ] || [ \"$2\" = --query-service=http ]");
        assertThat(run(bin, "firewall")).isEqualTo("firewalld closed");
        program(bin, "firewall-cmd", "exit 0");
        assertThat(run(bin, "firewall")).isEqualTo("firewalld open");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1.22.1 | ''                                            | .1110
                    1.18.0 | ''                                            | .1010
                    1.27.4 | ''                                            | .1111
                    1.28.0 | keepalive_min_timeout 1s;                      | .1110
                    1.22.1 | listen 80 default_server;                      | .0110
                    1.22.1 | listen [::]:80 default_server;                 | .0110
                    1.22.1 | listen 443 ssl default_server;                 | .1010
                    1.22.1 | server_names_hash_bucket_size 64;              | .1100
                    """)
    void findsOutWhichBaseFits(String version, String foreign, String expected, @TempDir Path bin) throws Exception {
        program(bin, "nginx", "echo 'nginx version: nginx/" + version + "' >&2");
        String answer = run(bin, "foreign_nginx() { echo '" + foreign + "'; }; nginx_variant");
        assertThat(answer).matches(expected);
        assertThat(NginxBase.text(answer)).isPresent();
    }

    @Test
    void findsWhoListens(@TempDir Path bin) throws Exception {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
            String own = Files.readString(Path.of("/proc/self/comm")).trim();
            assertThat(run(bin, "listener " + port).toLowerCase(Locale.ROOT)).isEqualTo(own.toLowerCase(Locale.ROOT));
        }
        // Held without listening, so that nobody else listens there meanwhile.
        try (var holder = new Socket()) {
            holder.setReuseAddress(true);
            holder.bind(new InetSocketAddress(port));
            assertThat(run(bin, "listener " + port)).isEmpty();
        }
    }

    private static void program(Path bin, String name, String body) throws Exception {
        Path file = bin.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String run(Path bin, String call) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-euo", "pipefail", "-c", SCRIPT + "\n" + call).redirectErrorStream(true);
        builder.environment().merge("PATH", bin.toString(), (path, first) -> first + ":" + path);
        Process process = builder.start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(answer).isZero();
        return answer.strip();
    }
}
