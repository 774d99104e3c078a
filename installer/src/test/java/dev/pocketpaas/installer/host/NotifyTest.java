package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a host tells people by itself. */
class NotifyTest {
    private static final String LIBRARY = """
            for part in notices lookout notify; do source "$programs/lib/$part.bash"; done
            LOOKOUT_REBOOT=$PP_ROOT/reboot-required
            target() { printf %s "$1" >"$NOTIFY"; }
            noticed() { notices_begin; notice_put "$@"; }
            """;

    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final List<String> types = new CopyOnWriteArrayList<>();

    @TempDir
    Path directory;

    private ReleaseShell shell;
    private HttpServer server;
    private volatile int status = 204;

    @BeforeEach
    void start() throws IOException {
        shell = new ReleaseShell(directory);
        shell.state("host/name", "prod").state("keys/boss/role", "admin").state("apps/shop/created", "x");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            types.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Content-Type"));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aUrlGetsJsonThatSlackMattermostAndDiscordUnderstand() throws IOException {
        List<String> lines = run("""
                target "$1"
                noticed renewal shop shop.tea-shop.net $'it said "no" \\\\ <!channel> @everyone \\xc3\\xa4 \\t$(id)' "do this" ''
                notify_all; ls "$NOTICES"
                notify_all
                """, url("/services/T0?token=a%5B1%5D%20b&x"));

        assertThat(lines).containsExactly("renewal@shop@shop.tea-shop.net");
        assertThat(types).containsExactly("POST /services/T0?token=a%5B1%5D%20b&x application/json");
        assertThat(bodies).hasSize(1);
        JsonNode body = new ObjectMapper().readTree(bodies.get(0));
        String text = "prod: it said \"no\" \\  !channel  (at)everyone ??  $(id); do this";
        assertThat(body.path("text").asText()).isEqualTo(text);
        assertThat(body.path("content").asText()).isEqualTo(text);
        assertThat(body.path("kind").asText()).isEqualTo("renewal");
        assertThat(body.path("app").asText()).isEqualTo("shop");
        assertThat(body.path("host").asText()).isEqualTo("prod");
        assertThat(body.path("allowed_mentions").path("parse").isEmpty()).isTrue();
    }

    @Test
    void aCommandGetsTheTextOnItsStandardInput() throws IOException {
        run("""
                target 'cat >>"'"$PP_ROOT"'/mail"; echo "$# $0 ${SECRET-none}" >>"'"$PP_ROOT"'/mail"; echo noise; echo noise >&2'
                export SECRET=leaks
                noticed reboot '' '' "the host asks to be restarted" "when it suits" ''
                notify_all
                notify_all
                """);

        assertThat(Files.readAllLines(shell.path("mail")))
                .containsExactly(
                        "prod: the host asks to be restarted; when it suits",
                        "0 " + shell.path("host/notify") + " none");
    }

    @Test
    void aCertificateIsToldOfAgainAtSevenThreeAndOneDay() {
        List<String> lines = run("""
                target 'cut -d " " -f 8- >>"'"$PP_ROOT"'/mail"'
                dir=$PP_ROOT/apps/shop/certificates/shop.tea-shop.net
                id=$(printf 'a%.0s' {1..64}); mkdir -p "$dir/$id"; ln -s "$id" "$dir/current"
                for hours in 480 400 180 167 100 71 50 24 23 2 -1 -30; do
                    noticed certificate shop shop.tea-shop.net '' '' '' id "$id" not-after $((EPOCHSECONDS + hours * 3600 + 600))
                    notify_all
                    notify_all
                done
                cat "$PP_ROOT/mail"
                """);

        assertThat(lines)
                .containsExactly(
                        "in 20 days",
                        "in 6 days",
                        "in 2 days",
                        "in 23 h",
                        "expired, 50 min ago: browsers refuse the page");
    }

    @Test
    void whatCouldNotBeSentWaitsAndIsANoticeItself() {
        List<String> lines = run("""
                target "$1"
                noticed reboot '' '' one '' ''
                noticed renewal shop shop.tea-shop.net two '' ''
                notify_all
                notices_tell boss
                """, url("/secret-path").replace("http://", "http://me:hidden@"));
        assertThat(lines).filteredOn(line -> line.contains("notify")).isEmpty();
        assertThat(bodies).hasSize(2);

        status = 404;
        List<String> failed = run("""
                target "$1"
                noticed disk '' state three '' ''
                notify_all
                notices_tell boss
                """, url("/secret-path").replace("http://", "http://me:hidden@"));
        String host = "127.0.0.1:" + server.getAddress().getPort();
        assertThat(failed)
                .first()
                .isEqualTo("+warn\ta message could not be sent to " + host + ": it answered with status 404");
        assertThat(failed)
                .contains(
                        "+notice\tnotify\t\tthe last notification could not be sent to " + host
                                + ": it answered with status 404\tit is tried again; another place: pocketpaas init host HOST --notify URL");
        assertThat(String.join("\n", failed)).doesNotContain("secret-path", "hidden");
        assertThat(bodies).hasSize(3);

        status = 200;
        assertThat(run("notices_begin; notify_all; notices_tell boss | cut -f 2 | xargs"))
                .containsExactly("disk reboot renewal");
        assertThat(bodies).hasSize(4);
    }

    @Test
    void noneMeansNobodyAndEndsWhatWasSaidOfTheLastPlace() {
        assertThat(run("""
                        noticed notify '' '' "the last notification could not be sent" '' ''
                        noticed reboot '' '' one '' ''
                        target none
                        notify_all; ls "$NOTICES"
                        notify_test
                        """)).containsExactly("reboot@@", "+note\tnobody is told: no place for notifications is set");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exit 7|it failed with exit code 7",
                "nosuchprogram-at-all|a program of it is not there",
                "sleep 600|it did not end within 1 s",
                "trap '' TERM; sleep 600|it did not end within 1 s",
            })
    void aCommandThatFailsOrHangsIsSaidToDoSo(String command, String why) {
        assertThat(run("NOTIFY_PATIENCE=1; target \"$1\"; notify_test || echo failed", command))
                .containsExactly("+warn\tthe test message could not be sent to the command: " + why, "failed");
    }

    @Test
    void aUrlThatHangsOrIsNotThereIsSaidToBeSo() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String place = "127.0.0.1:" + silent.getLocalPort();
            assertThat(run("NOTIFY_PATIENCE=1; target \"http://$1/x\"; notify_test || echo failed", place))
                    .containsExactly(
                            "+warn\tthe test message could not be sent to " + place + ": no answer within 1 s",
                            "failed");
        }
        int port = server.getAddress().getPort();
        server.stop(0);
        assertThat(run("target \"http://127.0.0.1:$1/x\"; notify_test || echo failed", "" + port))
                .first()
                .asString()
                .endsWith("nothing answers there");
        assertThat(run("target 'https://nosuch.invalid/x'; notify_test || true"))
                .singleElement()
                .asString()
                .endsWith("nosuch.invalid: its name does not resolve");
    }

    @Test
    void theUrlAndTheTextAreInNoArgumentList() throws IOException {
        run("""
                timeout() { printf '%s\\n' "$*" >>"$PP_ROOT/arguments"; command timeout "$@"; }
                target "$1"; notify_test
                target 'cat >/dev/null; : hidden-word'; notify_test
                """, url("/secret-path"));

        assertThat(bodies).hasSize(1);
        assertThat(Files.readString(shell.path("arguments")))
                .contains("curl -q --config -", "host/notify")
                .doesNotContain("secret-path", "hidden-word", "this is a test");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://127.0.0.1/\"x",
                "http://127.0.0.1/\\x",
                "http://127.0.0.1/ x",
            })
    void anAddressThatCouldMeanMoreToCurlIsNotUsed(String address) {
        assertThat(run("target \"$1\"; notify_test || true", address))
                .singleElement()
                .asString()
                .endsWith(": its address is damaged");
    }

    @Test
    void manyGoOutAFewAtATime() {
        assertThat(run("""
                        target 'cat >>"'"$PP_ROOT"'/mail"'
                        notices_begin
                        for i in {1..45}; do notice_put renewal shop "d$i.tea-shop.net" text '' ''; done
                        for i in 1 2 3; do notify_all; wc -l <"$PP_ROOT/mail"; done
                        """)).containsExactly("20", "40", "45");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private List<String> run(String script, String... arguments) {
        return shell.run(LIBRARY + script, arguments);
    }
}
