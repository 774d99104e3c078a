package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the examination makes of what it sees; its faults on a real host are in DoctorIT. */
class DoctorTest {
    private static final String HELLO = "pocketpaas/1 hello";
    private static final String CHECKUP = "pocketpaas/1 checkup";
    /** The time that the program's clock shows in tests. */
    private static final long NOW = 1795341600L;

    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner runner() {
        return new CliRunner(directory).with(host).with("POCKETPAAS_HOST", "203.0.113.10");
    }

    private static ValueTree.Builder hello() {
        return ValueTree.builder()
                .put("protocol", "1")
                .put("programs", HostPrograms.bundled().hash())
                .put("version", HostPrograms.bundled().version().toString())
                .put("key", "ada")
                .put("role", "admin");
    }

    private static ValueTree.Builder checkup() {
        return ValueTree.builder().put("time", NOW + ".000");
    }

    private static ValueTree.Builder finding(
            ValueTree.Builder tree, int number, String area, String state, String text, String cure, String fix) {
        String place = "finding/000" + number + "/";
        tree.put(place + "area", area).put(place + "state", state).put(place + "text", text);
        if (!cure.isEmpty()) {
            tree.put(place + "cure", cure);
        }
        return fix.isEmpty() ? tree : tree.put(place + "fix", fix);
    }

    @Test
    void allIsWell() {
        host.answers(HELLO, hello().build());
        host.answers(
                CHECKUP,
                finding(checkup(), 1, "docker", "ok", "Docker answers", "", "").build());

        CliRunner.Result result = runner().run("doctor");

        assertThat(result.code()).as(result.out() + result.err()).isZero();
        assertThat(result.out())
                .contains("This machine\n  ✓    pocketpaas ")
                .contains("Login\n  ✓    logged in with the key ada (admin)\n")
                .contains("  ✓    the host's clock and that of this machine agree\n")
                .contains("Docker\n  ✓    Docker answers\n")
                .endsWith("Notices\n  ✓    the host has noticed nothing else\nAll is well.\n");
        assertThat(host.asked()).containsExactly(HELLO, CHECKUP);
    }

    @Test
    void eachProblemHasItsCureAndTheCodeSaysSo() {
        host.answers(HELLO, hello().build());
        ValueTree.Builder tree =
                finding(checkup(), 1, "nginx", "problem", "nginx does not run", "systemctl start nginx", "nginx");
        finding(tree, 2, "app", "note", "shop is stopped", "pocketpaas start --app shop", "");
        host.answers(CHECKUP, tree.build());

        CliRunner.Result result = runner().run("doctor");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out())
                .contains("nginx\n  ✗    nginx does not run\n       fix: systemctl start nginx  (--fix does it)\n")
                .contains("Apps\n  ·    shop is stopped\n       fix: pocketpaas start --app shop\n")
                .endsWith("1 problem, 0 warnings. \"pocketpaas doctor --fix\" puts right what is safe.\n");
        assertThat(host.asked()).as("nothing is changed").containsExactly(HELLO, CHECKUP);
        assertThat(runner().run("doctor", "--json").out())
                .contains("\"well\" : false", "\"exit_code\" : 4", "\"area\" : \"nginx\"", "\"fixable\" : true");
    }

    @Test
    void fixesAreAskedForOnceAndLookedAtAgain() {
        host.answers(HELLO, hello().build());
        ValueTree.Builder tree = finding(checkup(), 1, "docker", "problem", "no engine", "start it", "docker");
        finding(tree, 2, "app", "problem", "web.1 is missing", "restart it", "app=shop");
        finding(tree, 3, "app", "problem", "worker.1 is missing", "restart it", "app=shop");
        host.answers(CHECKUP, tree.build());
        host.answers(
                "pocketpaas/1 mend docker app=shop",
                finding(ValueTree.builder(), 1, "docker", "problem", "Docker does not start", "look at it", "")
                        .build());

        CliRunner.Result result = runner().run("doctor", "--fix");

        assertThat(result.code()).isEqualTo(4);
        assertThat(host.asked()).containsExactly(HELLO, CHECKUP, "pocketpaas/1 mend docker app=shop", HELLO, CHECKUP);
        assertThat(result.out()).contains("Docker does not start\n").doesNotContain("Fixed");
    }

    @Test
    void aDeployKeyFixesNothing() {
        host.answers(HELLO, hello().put("role", "deploy").build());
        host.answers(
                CHECKUP,
                finding(checkup(), 1, "docker", "problem", "no engine", "start it", "docker")
                        .build());

        CliRunner.Result result = runner().run("doctor", "--fix");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out()).contains("--fix needs an admin's key");
        assertThat(host.asked()).containsExactly(HELLO, CHECKUP);
    }

    @Test
    void aWrongClockIsTold() {
        host.answers(HELLO, hello().build());
        host.answers(CHECKUP, checkup().put("time", (NOW + 420) + ".500").build());
        assertThat(runner().run("doctor").out())
                .contains("  ✗    the host's clock is 7 min ahead of that of this machine;");
        host.answers(CHECKUP, checkup().put("time", (NOW - 60) + ".500").build());
        CliRunner.Result small = runner().run("doctor");
        assertThat(small.code()).isEqualTo(4);
        assertThat(small.out()).contains("  !    the host's clock is 59 s behind that of this machine\n");
        host.answers(CHECKUP, checkup().put("time", (NOW + 5) + ".500").build());
        assertThat(runner().run("doctor").code()).isZero();
    }

    @Test
    void oldAndNewHostPrograms() {
        host.answers(
                HELLO,
                hello().put("programs", "0".repeat(64)).put("version", "0.0.9").build());
        host.prints(CHECKUP, 2, "+fail\tunknown-verb\tthere is no such verb");
        CliRunner.Result old = runner().run("doctor");
        assertThat(old.code()).isEqualTo(4);
        assertThat(old.out())
                .contains("  !    host programs 0.0.9 are older than this program (")
                .contains("  –    the host's programs are too old to examine the host\n")
                .doesNotContain("noticed nothing");
        assertThat(host.asked()).as("reading sends no programs").containsExactly(HELLO, CHECKUP);

        host.answers(
                HELLO,
                hello().put("programs", "0".repeat(64)).put("version", "99.0").build());
        host.answers(CHECKUP, checkup().build());
        CliRunner.Result newer = runner().run("doctor");
        assertThat(newer.code()).isZero();
        assertThat(newer.out()).contains("  ·    host programs 99.0 are newer than this program");
    }

    @Test
    void noticesThatWereNotLookedAtBesides() {
        host.answers(HELLO, hello().build());
        host.answers(CHECKUP, checkup().build())
                .beside(
                        CHECKUP,
                        "+notice\treboot\t\tthe host asks to be restarted\treboot",
                        "+notice\tdisk\t\tthe host's disk is 90 % full (seen 9 min ago)\tpocketpaas prune");

        CliRunner.Result result = runner().run("doctor");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out())
                .contains("Notices\n  !    the host asks to be restarted\n")
                .doesNotContain("90 %");
        assertThat(result.err()).as("they are part of the result").doesNotContain("restarted");
    }

    @Test
    void theProgramsOfTheHostCannotBeStarted() {
        host.prints(HELLO, 127, "");
        host.beside(HELLO, "bash: /usr/local/lib/pocketpaas/current/door: required file not found");

        CliRunner.Result result = runner().run("doctor");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out())
                .contains("  ✗    the host's programs cannot be started; bash: ")
                .contains("fix: \"pocketpaas init host\" puts the host's programs right\n");
    }

    @Test
    void aHostThatCannotBeReachedEndsWith3() {
        CliRunner.Result result = runner().with(CliRunner.connecting(address -> {
                    throw PocketException.unreachable("nothing answers on TCP port 22", "check the address", null);
                }))
                .run("doctor");

        assertThat(result.code()).isEqualTo(3);
        assertThat(result.out())
                .contains("Login\n  ✗    nothing answers on TCP port 22\n       fix: check the address\n")
                .contains("Host\n  –    not examined, because of the problem before\n");
    }

    @Test
    void aBrokenManifestIsAFindingWhereTheHostIsKnown() throws IOException {
        Files.writeString(directory.resolve("pocketpaas.yml"), "app: shop\nnonsense: 1\n");
        host.answers(HELLO, hello().build());
        host.answers(CHECKUP, checkup().build());

        CliRunner.Result result = runner().run("doctor");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out()).contains("This machine\n").contains("fix: pocketpaas manifest check\n");
        assertThat(new CliRunner(directory).with(host).run("doctor").code())
                .as("nobody knows which host")
                .isEqualTo(2);
    }

    @Test
    void theAppsAreVisitedFromHere() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String name = exchange.getRequestHeaders().getFirst("Host");
            exchange.sendResponseHeaders(name.startsWith("broken") ? 502 : name.startsWith("rest") ? 503 : 200, -1);
            exchange.close();
        });
        server.start();
        try {
            int port = server.getAddress().getPort();
            host.answers(HELLO, hello().build());
            ValueTree.Builder tree = checkup();
            for (String app : List.of("fine", "broken", "rest")) {
                tree.put("site/" + app + "/url", "http://" + app + ".localhost:" + port)
                        .put("site/" + app + "/state", app.equals("rest") ? "stopped" : "serving");
            }
            tree.put("site/lost/url", "http://lost.invalid").put("site/lost/state", "serving");
            host.answers(CHECKUP, tree.build());

            CliRunner.Result result = runner().run("doctor");

            assertThat(result.code()).isEqualTo(4);
            assertThat(result.out())
                    .contains("  ✓    http://fine.localhost:" + port + " answers 200\n")
                    .contains("  ✗    http://broken.localhost:" + port + " answers 502\n")
                    .contains("  ·    http://rest.localhost:" + port + " answers 503: the app is stopped\n")
                    .contains("DNS\n  ✗    lost.invalid does not resolve on this machine\n");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anAppThatIsNotThereYetIsNoProblem() {
        host.answers("pocketpaas/1 hello shop", hello().put("app/exists", "no").build());
        host.answers(CHECKUP, checkup().build());

        CliRunner.Result result = runner().with("POCKETPAAS_APP", "shop").run("doctor");

        assertThat(result.code()).as(result.out()).isZero();
        assertThat(result.out()).contains("Apps\n  ·    the host has no app shop yet\n");
    }
}
