package dev.pocketpaas.installer.buildpack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticServerTest {
    private static final Path BUILDPACK =
            Path.of("../examples/buildpacks/static").toAbsolutePath();

    @TempDir
    static Path directory;

    private static Process server;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        Path site = directory.resolve("site");
        write(site, "index.html", "<h1>Front</h1>");
        write(site, "404.html", "<h1>Nothing</h1>");
        write(site, "about.html", "<h1>About</h1>");
        write(site, "docs/index.html", "<h1>Docs</h1>");
        write(site, "app.0123abcd.js", "let x;\n".repeat(1000));
        write(site, ".git/config", "secret");
        write(site, ".env", "secret");
        write(site, "pocketpaas.yml", "secret");
        write(site, ".well-known/x.txt", "known");
        Files.createSymbolicLink(site.resolve("link.txt"), Path.of("/etc/hostname"));
        Path empty = Files.createDirectory(directory.resolve("env"));
        int compiled = new ProcessBuilder(
                        "bash",
                        BUILDPACK.resolve("bin/compile").toString(),
                        site.toString(),
                        "/nonexistent",
                        empty.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("compile.log").toFile())
                .start()
                .waitFor();
        assertThat(compiled)
                .as(Files.readString(directory.resolve("compile.log")))
                .isZero();
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder(
                        "perl", site.resolve(".heroku/static/server.pl").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile());
        builder.environment().put("PORT", Integer.toString(port));
        server = builder.start();
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            try {
                new Socket("127.0.0.1", port).close();
                break;
            } catch (IOException e) {
                assertThat(System.nanoTime())
                        .as(Files.readString(directory.resolve("server.log")))
                        .isLessThan(deadline);
                Thread.sleep(20);
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        server.destroy();
        assertThat(server.waitFor()).isZero();
    }

    @Test
    void pagesAreAlwaysAskedForAgain() throws IOException {
        assertThat(get("/"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains(
                        "Content-Type: text/html; charset=utf-8\r\n",
                        "Cache-Control: no-cache\r\n",
                        "Content-Length: 14\r\n")
                .endsWith("<h1>Front</h1>");
        assertThat(get("/about")).startsWith("HTTP/1.1 200 OK\r\n").endsWith("<h1>About</h1>");
    }

    @Test
    void whatHasADigestInItsNameIsKeptForEver() throws IOException {
        assertThat(get("/app.0123abcd.js"))
                .contains("Cache-Control: public, max-age=31536000, immutable\r\n", "Content-Type: text/javascript");
        assertThat(get("/app.0123abcd.js", "Accept-Encoding: br, gzip"))
                .contains("Content-Encoding: gzip\r\n", "Vary: Accept-Encoding\r\n");
        assertThat(get("/app.0123abcd.js", "Range: bytes=4-5"))
                .startsWith("HTTP/1.1 206 ")
                .contains("Content-Range: bytes 4-5/7000\r\n")
                .endsWith("\r\n\r\nx;");
    }

    @Test
    void whatTheBrowserHasIsNotSentAgain() throws IOException {
        String tag = get("/").replaceFirst("(?s).*\r\nETag: ([^\r]+)\r\n.*", "$1");

        assertThat(get("/", "If-None-Match: " + tag))
                .startsWith("HTTP/1.1 304 ")
                .endsWith("\r\n\r\n");
        assertThat(get("/", "If-None-Match: \"other\"")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void directoriesHaveTheirPage() throws IOException {
        assertThat(get("/docs?a=1")).startsWith("HTTP/1.1 301 ").contains("Location: /docs/?a=1\r\n");
        assertThat(get("/docs/")).endsWith("<h1>Docs</h1>");
        assertThat(get("//example.com/..%2f")).doesNotContain("Location:");
    }

    @Test
    void nothingElseOfTheMachineOrTheAppIsServed() throws IOException {
        for (String path : new String[] {
            "/.git/config",
            "/.env",
            "/pocketpaas.yml",
            "/link.txt",
            "/.heroku/static/root",
            "/../../../../etc/hostname",
            "/%2e%2e/%2e%2e/%2e%2e/etc/hostname",
            "/docs/../.env",
            "/nowhere"
        }) {
            assertThat(get(path)).as(path).startsWith("HTTP/1.1 404 ").endsWith("<h1>Nothing</h1>");
        }
        assertThat(get("/%00")).startsWith("HTTP/1.1 400 ");
        assertThat(get("/.well-known/x.txt")).endsWith("known");
    }

    @Test
    void onlyReadingIsAllowed() throws IOException {
        assertThat(exchange("DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ")
                .contains("Allow: GET, HEAD\r\n");
        assertThat(exchange("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .contains("Content-Length: 14\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void severalRequestsGoOverOneConnection() throws IOException {
        String answers = exchange(
                "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /docs/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answers).contains("<h1>Front</h1>HTTP/1.1 200 OK\r\n").endsWith("<h1>Docs</h1>");
    }

    private static String get(String path, String... headers) throws IOException {
        String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + lines + "\r\n");
    }

    private static String exchange(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            }
        }
    }

    private static void write(Path site, String path, String text) throws IOException {
        Path file = site.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
