package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table "What passes through nginx" in docs/domains.md, line by line, over each of three ways. */
@ExtendWith(TestDroplet.Shared.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PassesIT {
    /** How a client comes. */
    private enum Way {
        PLAIN,
        HTTPS,
        HTTP2
    }

    private static final String HTTPS_NAME = "passes.example.com";

    /** A name of 251 characters with labels of 63. */
    private static final String LONGEST =
            Stream.of(63, 63, 63, 47).map("a"::repeat).collect(Collectors.joining(".")) + ".example.com";

    private static final List<String> NAMES = IntStream.range(0, 100)
            .mapToObj(n -> "n" + n + ".names.example.com")
            .toList();

    /** What is asked for is in the path. A stream sends its second piece only when nobody waits for it any more. */
    private static final String SERVER = """
            use strict; use warnings; use IO::Socket::INET;
            $| = 1; $SIG{CHLD} = 'IGNORE'; $SIG{PIPE} = 'IGNORE';
            my $server = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $ENV{PORT}, Listen => 50, ReuseAddr => 1)
                or die "no socket: $!";
            while (my $client = $server->accept) {
                if (fork) { close $client; next }
                my $request = '';
                while (defined(my $header = <$client>)) { $request .= $header; last if $header =~ /^\\r?\\n$/ }
                my ($method, $path, $query) = $request =~ m{^(\\S+) ([^ ?]*)\\??(\\S*)} or exit 0;
                $client->autoflush(1);
                my $send = sub { print $client @_ };
                my $chunk = sub { $send->(sprintf("%x\\r\\n", length $_[0]), $_[0], "\\r\\n") };
                my ($type, $more, $body) = ('text/plain', '', $request);
                my $page = substr "<p>a page</p>\\n" x 2000, 0, 20000;
                if ($path eq '/headers') { $more = 'Set-Cookie: s=' . ('x' x $query) . "\\r\\n" }
                if ($path eq '/page') { $type = 'text/html'; $body = $page }
                if ($path eq '/pieces') {
                    $send->("HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n");
                    $chunk->(substr $page, 0, $query, '') while length $page;
                    $send->("0\\r\\n\\r\\n"); exit 0;
                }
                if ($path eq '/big') {
                    my ($size, $name) = split /,/, $query;
                    my $hint = $name =~ /buffered/ ? "X-Accel-Buffering: yes\\r\\n" : '';
                    $send->("HTTP/1.1 200 OK\\r\\nContent-Type: image/png\\r\\n${hint}Content-Length: $size\\r\\n\\r\\n");
                    while ($size > 0) { $size -= syswrite($client, 'x' x 65536, $size > 65536 ? 65536 : $size) || exit 1 }
                    print "sent $name\\n"; exit 0;
                }
                if ($path eq '/204') { $send->("HTTP/1.1 204 None\\r\\n\\r\\nbody"); exit 0 }
                if ($path eq '/304') { $send->("HTTP/1.1 304 None\\r\\nContent-Length: 4\\r\\n\\r\\nbody"); exit 0 }
                if ($path eq '/head') { $send->("HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nbody"); exit 0 }
                if ($path eq '/old') { $send->("HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\nold"); exit 0 }
                if ($path eq '/gone') { exit 0 }
                if ($path eq '/cut') { $send->("HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nhalf"); exit 0 }
                if ($path eq '/hang') { sleep 60; exit 0 }
                if ($path eq '/hints') {
                    $send->("HTTP/1.1 103 Early Hints\\r\\nLink: </s>\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi");
                    exit 0;
                }
                if ($path eq '/trailers') {
                    $send->("HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\nTrailer: X-Sum\\r\\n\\r\\n");
                    $chunk->("page"); $send->("0\\r\\nX-Sum: 12345\\r\\n\\r\\n"); exit 0;
                }
                if ($path =~ m{^/stream/(.*)}) {
                    $send->("HTTP/1.1 200 OK\\r\\nContent-Type: $1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n");
                    $chunk->("first piece\\n"); sleep 20; $chunk->("second piece\\n"); $send->("0\\r\\n\\r\\n"); exit 0;
                }
                if ($request =~ /^Content-Length: *(\\d+)/im) { my $got = ''; read $client, $got, $1; $body .= 'got ' . length $got }
                $send->("HTTP/1.1 200 OK\\r\\nContent-Type: $type\\r\\n${more}Connection: close\\r\\nContent-Length: "
                    . length($body) . "\\r\\n\\r\\n", $method eq 'HEAD' ? '' : $body);
                exit 0;
            }
            """;

    private static TestApp app;
    private static TestDroplet droplet;
    private static TestAuthority authority;

    @BeforeAll
    static void anAppThatDoesWhatItIsAskedFor(TestDroplet shared) {
        droplet = shared;
        app = TestApp.create(
                droplet, "passes", "domains: [" + HTTPS_NAME + ", passes.localhost]", "http: { timeout: 2s }");
        app.write("app.pl", SERVER);
        app.commit("an app that does what it is asked for");
        app.must("deploy");
        authority = new TestAuthority(droplet.laptop(), "authority-passes");
        authority.leaf("passes", 90, HTTPS_NAME, "*.names.example.com", LONGEST);
        certify();
    }

    @AfterAll
    static void clean() {
        app.destroy();
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void aResponseHeaderUpToALimit(Way way) {
        assertThat(status(way, "/headers?30000")).isEqualTo("200");
        assertThat(status(way, "/headers?40000")).isEqualTo("502");
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void aRequestLineAndHeadersUpToALimit(Way way) {
        String long30 = "y".repeat(30_000);
        String long40 = "y".repeat(40_000);
        assertThat(status(way, "/x?" + long30)).isEqualTo("200");
        assertThat(status(way, "/x", "-H", "Cookie: c=" + long30)).isEqualTo("200");
        assertThat(text(way, "/x", "-H", "Cookie: c=" + long30)).containsIgnoringCase("cookie: c=yyy");
        // By HTTP/2 they count compressed, and the connection ends.
        assertThat(status(way, "/x?" + long40)).isEqualTo(way == Way.HTTP2 ? "000" : "414");
        assertThat(status(way, "/x", "-H", "Cookie: c=" + long40)).isEqualTo(way == Way.HTTP2 ? "000" : "400");
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void streamsArrivePieceByPiece(Way way) {
        for (String type :
                List.of("text/event-stream", "application/x-ndjson", "text/plain", "text/html", "application/json")) {
            for (String encoding : List.of("gzip", "identity")) {
                // It is enough to have seen the first; curl ends by itself.
                List<String> stream = curl(
                        way, "/stream/" + type, "-N", "--compressed", "-H", "Accept-Encoding: " + encoding, "-m", "10");
                String first = app.laptop()
                        .run(
                                app.directory(),
                                "bash",
                                "-c",
                                "head -n 1 < <('" + String.join("' '", stream) + "' 2>/dev/null)")
                        .out();
                assertThat(first).as(type + " " + encoding).isEqualTo("first piece\n");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void ordinaryPagesAreCompressed(Way way) {
        for (String path : List.of("/page", "/pieces?4096", "/pieces?200")) {
            String size = text(way, path, "-o", "/dev/null", "-w", "%{size_download}", "-H", "Accept-Encoding: gzip");
            assertThat(Integer.parseInt(size)).as(path).isLessThan(2000);
        }
        assertThat(text(way, "/page", "-I").toLowerCase(Locale.ROOT))
                .contains("content-length: 20000", "server: nginx\r\n");
    }

    /** A client that reads a kilobyte a second: the app is done with it at once where it says so, and up to what the kernel takes. */
    @Test
    @Order(1)
    void aClientThatReadsSlowly() {
        String run = Long.toString(System.nanoTime());
        List<String> expected = new ArrayList<>();
        StringBuilder all = new StringBuilder();
        for (Way way : Way.values()) {
            for (String what : List.of("6291456,six-" + way + run, "31457280,buffered-" + way + run)) {
                List<String> client = curl(way, "/big?" + what, "--limit-rate", "1k", "-m", "100", "-o", "/dev/null");
                all.append('\'').append(String.join("' '", client)).append("' & ");
                expected.add("sent " + what.split(",")[1]);
            }
        }
        // They would take an hour and more.
        try (Running clients = Running.start(app.laptop(), app.directory(), "bash", "-c", all + "wait")) {
            Polling.until(
                    Duration.ofSeconds(90),
                    () -> expected.stream()
                            .allMatch(app.must("logs", "-n", "1000").out()::contains),
                    () -> app.must("logs", "-n", "1000").out());
            assertThat(clients.isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void uploadsAreTakenWhole(Way way) {
        assertThat(text(way, "/x", "-H", "Transfer-Encoding: chunked", "--data-binary", "abc"))
                .containsIgnoringCase("content-length: 3")
                .doesNotContainIgnoringCase("transfer-encoding")
                .endsWith("got 3");
        app.write("upload", "u".repeat(2_000_000));
        Seen expecting = app.laptop()
                .run(
                        app.directory(),
                        curl(way, "/x", "-v", "-H", "Expect: 100-continue", "--data-binary", "@upload")
                                .toArray(String[]::new));
        assertThat(expecting.out()).endsWith("got 2000000");
        if (way != Way.HTTP2) {
            assertThat(expecting.err()).contains("HTTP/1.1 100 Continue");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAIN", "HTTPS"})
    @Order(1)
    void upgradesPassButForThoseThatWouldPassByTheFront(Way way) {
        for (String protocol : List.of("websocket", "tcp")) {
            assertThat(text(way, "/x", "-H", "Connection: Upgrade", "-H", "Upgrade: " + protocol))
                    .contains("Upgrade: " + protocol + "\r\n", "Connection: upgrade\r\n");
        }
        for (String protocol : List.of("h2c", "TLS/1.0", "HTTP/2.0", "websocket, h2c")) {
            assertThat(text(way, "/x", "-H", "Connection: Upgrade", "-H", "Upgrade: " + protocol))
                    .as(protocol)
                    .doesNotContainIgnoringCase("upgrade");
        }
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void trailersAreLeftOutAndGrpcIsOrdinaryHttp(Way way) {
        assertThat(text(way, "/trailers", "-i", "-H", "TE: trailers"))
                .endsWith("page")
                .doesNotContain("12345");
        assertThat(text(way, "/x", "-H", "TE: trailers", "-H", "Content-Type: application/grpc", "--data-binary", "x"))
                .startsWith("POST /x HTTP/1.1\r\n")
                .doesNotContain("\nTE:")
                .doesNotContain("\nte:");
    }

    /** nginx before 1.29 takes it for the answer. */
    @Test
    @Order(1)
    void earlyHintsAreNotPossible() {
        String version = droplet.inside("nginx -v 2>&1").out();
        if (version.matches("(?s).*nginx/1\\.(2[0-8]|1\\d|\\d)\\..*")) {
            assertThat(status(Way.HTTP2, "/hints", "-m", "5")).isEqualTo("000");
        } else {
            assertThat(status(Way.HTTP2, "/hints", "-m", "5")).isEqualTo("200");
        }
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void bodiesWhereNoneBelongsLeaveTheConnectionUsable(Way way) {
        for (List<String> first : List.of(List.of("/204"), List.of("/304"), List.of("/head", "-I"))) {
            List<String> both =
                    curl(way, first.get(0), first.subList(1, first.size()).toArray(String[]::new));
            both.addAll(List.of("-o", "/dev/null", "-w", "%{num_connects} ", "--next"));
            List<String> second = curl(way, "/x", "-o", "/dev/null", "-w", "%{http_code} %{num_connects}");
            both.addAll(second.subList(1, second.size()));
            Seen seen = app.laptop().run(app.directory(), both.toArray(String[]::new));
            assertThat(seen.out()).as(first.toString()).isEqualTo("1 200 0");
        }
        assertThat(status(way, "/204")).isEqualTo("204");
        assertThat(status(way, "/304")).isEqualTo("304");
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void httpOfBefore(Way way) {
        assertThat(text(way, "/old")).isEqualTo("old");
        if (way == Way.HTTP2) {
            return;
        }
        assertThat(text(way, "/x", "--http1.0")).startsWith("GET /x HTTP/1.1\r\n");
        assertThat(text(way, "/x", "--http1.0", "-i", "-H", "Connection: keep-alive"))
                .contains("200 OK", "Connection: keep-alive");
        assertThat(text(way, "/stream/text/plain", "--http1.0", "-i", "-N", "-m", "1"))
                .doesNotContain("chunked")
                .endsWith("first piece\n");
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void pathsHeadersAndMethodsPassByteForByte(Way way) {
        assertThat(text(way, "//a//b%2Fc/../d;e=f", "--path-as-is", "-X", "FOO-BAR", "-H", "X-Empty;"))
                .startsWith("FOO-BAR //a//b%2Fc/../d;e=f HTTP/1.1\r\n")
                .containsPattern("(?i)x-empty: *\r\n");
        assertThat(text(way, "/x", "-H", "Range: bytes=0-1")).containsIgnoringCase("range: bytes=0-1");
        assertThat(status(way, "/x", "-X", "TRACE")).isEqualTo("405");
    }

    /** What nginx could not serve, of the tests before and some more, stands in the app's log with what to do. */
    @Test
    @Order(2)
    void theLogSaysWhatCouldNotBeServedAndWhy() {
        for (Way way : Way.values()) {
            assertThat(status(way, "/gone")).isEqualTo("502");
            text(way, "/cut");
            assertThat(status(way, "/hang")).isEqualTo("504");
            status(way, "/too-large", "-H", "Content-Length: 99999999", "--data-binary", "x");
        }
        String log = app.must("logs", "-n", "1000").out();
        for (String words : List.of(
                "502 GET /headers: web.1 sent a response header larger than 32 kB;",
                "GET /gone: web.1 closed the connection without an answer;",
                "GET /cut: web.1 closed the connection in the middle of its response;",
                "504 GET /hang: web.1 did not answer within 2 s; do the work in a worker, or raise http.timeout",
                "413 POST /too-large: the request body has 99999999 bytes, 50 MB are allowed; raise http.max-body")) {
            assertThat(log.lines().filter(line -> line.contains(" nginx " + words)))
                    .as(words + "\n" + log)
                    .hasSizeGreaterThanOrEqualTo(Way.values().length);
        }
        assertThat(app.must("logs", "--type", "worker").out()).isEmpty();
        String last = app.must("logs", "-n", "1", "--json").out();
        assertThat(last).contains("\"process\":\"nginx\"").hasLineCount(1);
    }

    /** A larger header by the setting, and many and long names; after all others, as it changes the app. */
    @Test
    @Order(3)
    void largerHeadersAndManyAndLongNames() {
        app.manifest(
                "domains: [" + HTTPS_NAME + ", passes.localhost, " + LONGEST + ", " + String.join(", ", NAMES) + "]",
                "http: { response-headers: 64K }");
        app.commit("more of it");
        Seen deployed = app.must("deploy");
        assertThat(deployed.all()).contains("96 more names do not lead here");
        assertThat(LONGEST).hasSize(251);
        List<String> some = List.of(LONGEST, NAMES.get(0), NAMES.get(99));
        for (String name : some) {
            assertThat(run(Way.PLAIN, name, "/x")).as(name).contains("Host: " + name);
        }
        for (Way way : Way.values()) {
            assertThat(status(way, "/headers?60000")).isEqualTo("200");
        }
        certify();
        for (String name : some) {
            for (Way way : List.of(Way.HTTPS, Way.HTTP2)) {
                assertThat(run(way, name, "/x")).as(name).contains("Host: " + name);
            }
        }
    }

    private static void certify() {
        app.must(
                "ssl",
                "add",
                "--cert",
                authority.path("passes.pem"),
                "--key",
                authority.path("passes.key"),
                "--no-probe");
    }

    private static String status(Way way, String path, String... options) {
        List<String> all = new ArrayList<>(List.of("-o", "/dev/null", "-w", "%{http_code}"));
        all.addAll(Arrays.asList(options));
        return text(way, path, all.toArray(String[]::new));
    }

    private static String text(Way way, String path, String... options) {
        return run(way, way == Way.PLAIN ? "passes.localhost" : HTTPS_NAME, path, options);
    }

    private static String run(Way way, String name, String path, String... options) {
        return app.laptop()
                .run(app.directory(), command(way, name, path, options).toArray(String[]::new))
                .out();
    }

    private static List<String> curl(Way way, String path, String... options) {
        return command(way, way == Way.PLAIN ? "passes.localhost" : HTTPS_NAME, path, options);
    }

    private static List<String> command(Way way, String name, String path, String... options) {
        int port = way == Way.PLAIN ? droplet.httpPort() : droplet.httpsPort();
        List<String> command = new ArrayList<>(List.of("curl", "-s", "--max-time", "30", "--noproxy", "*"));
        command.addAll(
                switch (way) {
                    case PLAIN -> List.of("-H", "Host: " + name);
                    case HTTPS -> List.of("--http1.1", "-k", "--resolve", name + ":" + port + ":127.0.0.1");
                    case HTTP2 -> List.of("--http2", "-k", "--resolve", name + ":" + port + ":127.0.0.1");
                });
        command.addAll(Arrays.asList(options));
        command.add((way == Way.PLAIN ? "http://127.0.0.1:" : "https://" + name + ":") + port + path);
        return command;
    }
}
