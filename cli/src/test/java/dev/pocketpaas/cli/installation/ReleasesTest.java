package dev.pocketpaas.cli.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.pocketpaas.cli.CliRunner;
import dev.pocketpaas.cli.environment.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReleasesTest {
    @TempDir
    Path directory;

    private HttpServer server;
    private volatile String answer = "9.0.0\n";

    @BeforeEach
    void publish() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        // As with GitHub, the newest release is a redirection.
        server.createContext("/releases/latest/download/version.txt", exchange -> {
            exchange.getResponseHeaders().add("Location", "/releases/download/v9.0.0/version.txt");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.createContext("/releases/download/v9.0.0/version.txt", exchange -> {
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aNewerVersionIsNamedWithTheWayToIt() {
        CliRunner.Result result = upgrade("upgrade", "--check");

        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("pocketpaas 9.0.0 is available; this is " + Version.text() + ".", "To upgrade, ");
        assertThat(upgrade("upgrade", "--check", "--json").out())
                .contains("\"newest\" : \"9.0.0\"", "\"newer\" : true", "\"upgrade\" : ");
    }

    @Test
    void theNewestIsToldToBeIt() {
        answer = Version.text();

        assertThat(upgrade("upgrade", "--check").out())
                .isEqualTo("pocketpaas " + Version.text() + " is the newest version.\n");
        assertThat(upgrade("upgrade", "--check", "--json").out()).contains("\"newer\" : false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "", "1.x", "1.0.0; rm -rf /"})
    void whatIsNoVersionIsNotTakenForOne(String text) {
        answer = text;
        CliRunner.Result result = upgrade("upgrade", "--check");

        assertThat(result.code()).isEqualTo(3);
        assertThat(result.err()).contains("does not say a version");
    }

    @Test
    void anAddressWithoutReleasesIsNamed() {
        assertThatThrownBy(() -> new Releases(address() + "/elsewhere").newest())
                .hasMessageContaining("HTTP status 404");
        assertThatThrownBy(() -> new Releases("file:///etc").newest()).hasMessageContaining("not an HTTP address");
        assertThatThrownBy(() -> new Releases("http://127.0.0.1:1").newest()).hasMessageContaining("cannot read");
    }

    @Test
    void whereNobodyPublishesItSaysSo() {
        CliRunner.Result result = new CliRunner(directory).run("upgrade", "--check");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).contains("does not know where its releases are published", "POCKETPAAS_RELEASES");
    }

    @ParameterizedTest
    @CsvSource({
        "0.2.0, 0.1.0, true",
        "0.1.0, 0.2.0, false",
        "0.10.0, 0.9.9, true",
        "1.0, 1.0.0, false",
        "1.0.1, 1.0, true",
        "1.0.0, 1.0.0-rc1, true",
        "1.0.0-rc1, 1.0.0, false",
    })
    void versionsAreComparedByTheirNumbers(String one, String other, boolean newer) {
        assertThat(Releases.isNewer(one, other)).isEqualTo(newer);
    }

    @ParameterizedTest
    @CsvSource({"deb, DEB", "npm, NPM", "brew, BREW", "installer, INSTALLER", "sources, SOURCES", "another, ARCHIVE"})
    void aPackageSaysWhatItIs(String word, Channel channel) throws IOException {
        Files.createDirectories(directory.resolve("lib"));
        Files.writeString(directory.resolve("lib/installed-by"), word + "\n");

        assertThat(Installation.at(directory.toString()).channel()).isEqualTo(channel);
    }

    private CliRunner.Result upgrade(String... words) {
        return new CliRunner(directory)
                .with("POCKETPAAS_RELEASES", address() + "/")
                .run(words);
    }

    private String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/releases";
    }
}
