package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.host.ProgramVersion;
import dev.pocketpaas.core.host.SeenPrograms;
import dev.pocketpaas.core.protocol.ValueTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each command against a host that answers from a script: what is asked, what is shown, what it ends with. */
class CommandsTest {
    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner.Result run(String... arguments) {
        return runner().run(arguments);
    }

    private CliRunner runner() {
        return new CliRunner(directory)
                .with(host)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .with("POCKETPAAS_APP", "shop");
    }

    @Test
    void anAppThatDoesNotMoveCannotBeClaimed() {
        host.answers("pocketpaas/1 move shop look", ValueTree.empty());

        CliRunner.Result result = run("apps", "move", "--lost", "--app", "shop", "--host", "203.0.113.10");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).contains("shop is not being moved to or from this host", "pocketpaas apps move HOST");
    }

    @Test
    void theEndOfAMoveNamesThePreviewsThatGoWithTheApp() {
        ValueTree left = ValueTree.builder()
                .put("id", "1")
                .put("phase", "passed")
                .put("previews", "shop-pr-1\nshop-pr-2")
                .build();
        ValueTree arrived = ValueTree.builder()
                .put("id", "1")
                .put("phase", "arrived")
                .put("live", "3")
                .build();
        host.answersInTurn("pocketpaas/1 move shop look", left, arrived, left);
        CliRunner runner = runner().remembers(
                        "203.0.113.11", new SeenPrograms(CliRunner.PROGRAMS.hash(), CliRunner.PROGRAMS.version()));

        CliRunner.Result refused = runner.run("apps", "move", "203.0.113.11", "--finish", "--ignore-dns");

        assertThat(refused.code()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err())
                .contains("its previews did not move; they go, too, with all their data: shop-pr-1, shop-pr-2");
        assertThat(run("apps", "move", "203.0.113.11", "--finish", "--confirm", "blog")
                        .err())
                .doesNotContain("previews");
    }

    @Test
    void theEndOfAMoveOfAHostNamesThePreviewsThatGo() {
        host.answers(
                "pocketpaas/1 apps",
                ValueTree.builder()
                        .put("shop-pr-1/state", "running")
                        .put("shop-pr-1/preview-of", "shop")
                        .build());

        CliRunner.Result refused = run("host", "move", "203.0.113.10", "203.0.113.11", "--finish");

        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err()).contains("previews did not move; they go, too, with all their data: shop-pr-1");
    }

    @Test
    void appsAreATable() {
        host.answers(
                "pocketpaas/1 apps",
                ValueTree.builder()
                        .put("blog/state", "stopped")
                        .put("shop/state", "running")
                        .put("shop/live", "12")
                        .put("shop/url", "http://shop.example.com")
                        .build());

        CliRunner.Result result = run("apps");

        assertThat(result.code()).isZero();
        assertThat(result.out())
                .isEqualTo("NAME  STATE    RELEASE  URL\n" + "blog  stopped\n"
                        + "shop  running  v12      http://shop.example.com\n");
        assertThat(host.addresses()).hasToString("[pocketpaas@203.0.113.10]");
        assertThat(host.timesClosed()).isEqualTo(1);
    }

    @Test
    void theSettingsOfAHostAreShownAsTheirOptionsTakeThem() {
        host.answers(
                "pocketpaas/1 settings",
                ValueTree.builder()
                        .put("names", "proxy\ncolour\nbuild-timeout\nbuild-memory\ndisk-needed\nacme-email")
                        .put("value/colour", "of a newer version")
                        .put("value/proxy", "set")
                        .put("value/build-timeout", "1200")
                        .put("default/build-timeout", "900")
                        .put("default/build-memory", String.valueOf(1200L << 20))
                        .put("value/disk-needed", "damaged")
                        .put("default/disk-needed", "1024")
                        .build());

        CliRunner.Result result = run("hosts", "settings");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .isEqualTo("SETTING        VALUE       SOURCE\n"
                        + "acme-email                 not set\n"
                        + "proxy          set         set\n"
                        + "build-timeout  20 minutes  set\n"
                        + "build-memory   1200M       default\n"
                        + "disk-needed    damaged     set\n");
        assertThat(run("hosts", "settings", "--json").out())
                .contains("\"setting\" : \"build-timeout\",\n  \"value\" : \"20\",\n  \"source\" : \"set\"")
                .doesNotContain("colour");
    }

    @Test
    void theFlagWinsOverTheVariable() {
        host.answers(
                "pocketpaas/1 show blog domains",
                ValueTree.builder().put("default", "blog.test").build());

        assertThat(run("domains", "--app", "blog", "--host", "root@other.example.com:2222")
                        .code())
                .isZero();
        assertThat(host.addresses()).hasToString("[pocketpaas@other.example.com:2222]");
    }

    @Test
    void anEmptyListingIsSaidBesideTheResult() {
        host.answers("pocketpaas/1 apps", ValueTree.empty());

        assertThat(run("apps"))
                .isEqualTo(new CliRunner.Result(0, "", "No apps yet. Run \"pocketpaas deploy\" to create one.\n"));
        assertThat(run("apps", "--json").out().strip()).isEqualTo("[ ]");
    }

    @Test
    void environmentIsMaskedUnlessAsked() {
        host.answers(
                "pocketpaas/1 show shop env",
                ValueTree.builder()
                        .put("source/TOKEN", "operator")
                        .put("value/TOKEN", "hunter2")
                        .build());

        assertThat(run("env").out()).isEqualTo("NAME   VALUE   SOURCE\nTOKEN  ••••••  env set\n");
        assertThat(run("env", "list").out()).isEqualTo(run("env").out());
        assertThat(run("env", "--json").out()).doesNotContain("hunter2");
        assertThat(run("env", "--show").out()).contains("hunter2");
        assertThat(run("env", "list", "--show", "--json").out()).contains("\"value\" : \"hunter2\"");
    }

    @Test
    void oneValueIsPrintedByteByByte() {
        host.answers(
                "pocketpaas/1 show shop env",
                ValueTree.builder()
                        .put("source/PEM", "operator")
                        .put("value/PEM", "-----BEGIN\r\nä\n\n")
                        .build());

        assertThat(run("env", "get", "PEM").out()).isEqualTo("-----BEGIN\r\nä\n\n");
        assertThat(run("env", "get", "PEN").code()).isEqualTo(4);
    }

    @Test
    void whatWaitsForTheNextReleaseIsListedBesideWhatIsLive() throws IOException {
        host.answers(
                "pocketpaas/1 show shop env",
                ValueTree.builder()
                        .put("source/A", "operator")
                        .put("value/A", "one")
                        .put("pending/A", "operator")
                        .put("pending-value/A", "two")
                        .put("source/B", "shared")
                        .put("value/B", "b")
                        .put("pending/B", "unset")
                        .put("source/C", "manifest")
                        .put("value/C", "c")
                        .put("pending/Z", "operator")
                        .put("pending-value/Z", "1")
                        .build());

        assertThat(run("env", "--show").out()).isEqualTo("""
                NAME  VALUE  SOURCE    STATE
                A     one    env set
                A     two    env set   pending
                B     b      shared
                B                      pending unset
                C     c      manifest
                Z     1      env set   pending
                """);
        CliRunner.Result get = run("env", "get", "A");
        assertThat(get.out()).isEqualTo("one");
        assertThat(get.err()).isEqualTo("note: the next release has another value, or none (pending)\n");
        CliRunner.Result only = run("env", "get", "Z");
        assertThat(only.out()).isEqualTo("1");
        assertThat(only.err()).isEqualTo("note: only the next release has it (pending)\n");
        CliRunner.Result export = run("env", "export");
        assertThat(export.out()).isEqualTo("A=two\nZ=1\n");
        assertThat(export.err())
                .isEqualTo("note: A, B and Z are exported as the next release will have them (pending)\n");
        assertThat(run("env", "export", "--all").out()).isEqualTo("A=two\nC=c\nZ=1\n");
        assertThat(run("env", "export", "--all", "--json").out())
                .isEqualToIgnoringWhitespace("{\"A\":\"two\",\"C\":\"c\",\"Z\":\"1\"}");
        pulled();
    }

    /** The same in a file that nobody else can read; one that is there, or a link to nowhere, is left alone. */
    private void pulled() throws IOException {
        CliRunner.Result pull = run("env", "pull");
        assertThat(pull.out()).isEqualTo("2 variables of shop written to .env\n");
        Path file = directory.resolve(".env");
        assertThat(file).hasContent("A=two\nZ=1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(run("env", "pull", "--all", "more", "--json").out())
                .contains("\"variables\" : [ \"A\", \"C\", \"Z\" ]")
                .doesNotContain("two");
        int asked = host.asked().size();
        CliRunner.Result again = run("env", "pull");
        assertThat(again.code()).isEqualTo(4);
        assertThat(again.err()).contains(".env exists; nothing was written");
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nowhere"));
        assertThat(run("env", "pull", "link").code()).isEqualTo(4);
        assertThat(host.asked()).as("the host was not even asked").hasSize(asked);
        assertThat(directory.resolve("nowhere")).doesNotExist();
        assertThat(run("env", "pull", "no/such/.env").code()).isEqualTo(1);
    }

    @Test
    void aFileOfVariablesIsOneChange() throws IOException {
        host.prints("pocketpaas/1 env shop", 0, "+result\trelease\tv3");
        Files.writeString(directory.resolve("vars"), "A=1\nB='two lines\n'\nC=$HOME\n");

        CliRunner.Result result = run("env", "import", "vars", "--no-restart");

        assertThat(result.out()).contains("shop: A, B and C set, for the next release");
        assertThat(result.err()).contains("note: C: ");
        assertThat(sent(0).text("set/B")).contains("two lines\n");
        assertThat(sent(0).lines("options")).containsExactly("no-restart");
        runner().reading("{\"J\": 1}").run("env", "import", "-");
        assertThat(sent(1).text("set/J")).contains("1");
        assertThat(sent(1).has("options")).isFalse();
    }

    @Test
    void whatIsNotSetIsSaidOnceToBe() {
        host.prints(
                "pocketpaas/1 env shop",
                0,
                "+note\tNOPE is not set",
                "+result\tunchanged\tthese values are set already",
                "+result\trelease\t6");

        assertThat(run("env", "unset", "NOPE"))
                .isEqualTo(new CliRunner.Result(0, "Nothing to do: NOPE is not set (0.0 s)\n", ""));

        host.prints("pocketpaas/1 env shop", 0, "+note\tNOPE is not set", "+result\trelease\t7");
        assertThat(run("env", "unset", "A", "NOPE"))
                .isEqualTo(new CliRunner.Result(
                        0, "shop: A and NOPE unset; v7 is live (0.0 s)\n", "       NOPE is not set\n"));
    }

    @Test
    void aChangeBringsTheProgramsAlong() {
        String hash = CliRunner.PROGRAMS.hash();
        String refresh = "pocketpaas/1 refresh " + hash;
        host.answers(
                        "pocketpaas/1 hello",
                        ValueTree.builder()
                                .put("protocol", "1")
                                .put("role", "admin")
                                .put("programs", "a".repeat(64))
                                .put("version", "0.0.1")
                                .build())
                .answers(refresh, ValueTree.builder().put("programs", hash).build())
                .answers("pocketpaas/1 keys remove ci", ValueTree.empty());

        CliRunner.Result result = new CliRunner(directory)
                .with(host)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .remembers("203.0.113.10", new SeenPrograms("a".repeat(64), new ProgramVersion("0.0.1")))
                .run("keys", "remove", "ci");

        assertThat(result.code()).as(result.toString()).isZero();
        assertThat(result.err()).contains("note: the host's programs were updated");
        assertThat(host.asked()).containsExactly("pocketpaas/1 hello", refresh, "pocketpaas/1 keys remove ci");
        run("keys", "remove", "ci");
        assertThat(host.asked()).hasSize(4);
    }

    @Test
    void sharedVariablesNeedNoApp() {
        host.prints("pocketpaas/1 shared change", 0, "+result\tchanged\tA");
        host.answers(
                "pocketpaas/1 shared list",
                ValueTree.builder().put("value/A", "1").build());
        CliRunner anywhere = new CliRunner(directory).with(host).with("POCKETPAAS_HOST", "203.0.113.10");

        assertThat(anywhere.run("env", "set", "--shared", "A=1").out())
                .isEqualTo("shared by all apps: A set (0.0 s)\n");
        assertThat(anywhere.run("env", "--shared", "--show").out())
                .isEqualTo("NAME  VALUE  SOURCE\nA     1      shared\n");
        assertThat(anywhere.run("env", "get", "--shared", "A").out()).isEqualTo("1");
    }

    @Test
    void releasesAreComparedByDigests() {
        host.answers(
                "pocketpaas/1 digests shop 12 -",
                ValueTree.builder()
                        .put("releases", "12\n15")
                        .put("from/A", "0123456789ab")
                        .put("to/A", "ba9876543210")
                        .put("to/B", "000000000000")
                        .build());

        assertThat(run("env", "diff", "v12").out()).isEqualTo("""
                NAME  V12           V15
                A     0123456789ab  ba9876543210
                B     (not set)     000000000000
                """);
        assertThat(run("env", "diff", "12", "--json").out()).contains("\"from\" : \"\"");
    }

    @Test
    void theDefaultAddressIsSwitchedAndListed() {
        host.prints("pocketpaas/1 domains shop", 0, "+result\turl\thttp://shop.example.com");
        host.answers(
                "pocketpaas/1 show shop domains",
                ValueTree.builder()
                        .put("manifest", "shop.example.com")
                        .put("default", "shop.test")
                        .put("default-off", "yes")
                        .build());

        assertThat(run("domains", "default", "off").out()).startsWith("the default address of shop is off");
        assertThat(sent(0).text("default")).contains("off");
        assertThat(run("domains").out())
                .isEqualTo("DOMAIN            SOURCE\nshop.example.com  manifest\nshop.test         default (off)\n");
        assertThat(run("domains", "default", "maybe").code()).isEqualTo(2);
    }

    @Test
    void domainsAreAddedAndTheEndingSaysSo() {
        host.prints(
                "pocketpaas/1 domains shop",
                0,
                "+step\trouting\tstart\t",
                "+step\trouting\tdone\t",
                "+result\trelease\t13",
                "+result\turl\thttp://shop.example.com");

        CliRunner.Result result = run("domains", "add", "Shop.example.com", "www.shop.example.com");

        assertThat(result.code()).isZero();
        assertThat(result.out())
                .isEqualTo("shop now serves shop.example.com and www.shop.example.com; v13 is live:"
                        + " http://shop.example.com (0.0 s)\n");
        assertThat(result.err()).isEqualTo("-----> Updating the routing\n       Updating the routing done in 0.0 s\n");
        assertThat(sent(0).lines("add")).containsExactly("shop.example.com", "www.shop.example.com");
        assertThat(sent(0).has("remove")).isFalse();
    }

    @Test
    void aFailureOnTheHostIsToldWithItsCauseAndExitCode() {
        host.prints(
                "pocketpaas/1 restart shop",
                5,
                "+step\tcheck\tstart\t",
                "|listening on 3000",
                "+fail\twrong-port\tthe app listens on port 3000, not on $PORT (5000)",
                "+hint\tlet it listen on $PORT",
                "+result\tserving\tv12");

        CliRunner.Result result = run("restart");

        assertThat(result.code()).isEqualTo(5);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo("""
                        -----> Checking
                               listening on 3000
                        error: the app listens on port 3000, not on $PORT (5000)
                               still serving: v12
                        fix: let it listen on $PORT
                        """);
        assertThat(run("restart", "--json").out()).isEqualTo("""
                        {"event":"step","step":"check","state":"start","detail":""}
                        {"event":"output","text":"listening on 3000"}
                        {"event":"error","error":"the app listens on port 3000, not on $PORT (5000)","cause":"wrong-port","details":["still serving: v12"],"fix":"let it listen on $PORT","exit_code":5,"meaning":"failed-old-serves"}
                        """);
    }

    @Test
    void rollbackNamesItsTarget() {
        host.prints(
                "pocketpaas/1 rollback shop -",
                0,
                "+result\ttarget\tv12",
                "+result\trelease\t14",
                "+hint\tundo: pocketpaas rollback v13");
        host.prints("pocketpaas/1 rollback shop 10 keep-env", 0, "+result\tunchanged\tv10 is live already");

        assertThat(run("rollback"))
                .isEqualTo(new CliRunner.Result(
                        0, "shop rolled back to v12; v14 is live (0.0 s)\n", "undo: pocketpaas rollback v13\n"));
        assertThat(run("rollback", "v10", "--keep-env").out())
                .isEqualTo("Nothing to do: v10 is live already (0.0 s)\n");
    }

    @Test
    void scaleSendsEveryTypeInOneVerb() {
        host.prints("pocketpaas/1 scale shop web=3 worker=0", 0, "+note\tworker stopped");
        host.answers(
                "pocketpaas/1 show shop scale",
                ValueTree.builder()
                        .put("scale/web", "3")
                        .put("source/web", "operator")
                        .build());

        assertThat(run("scale", "worker=0", "web=3").out()).isEqualTo("shop scaled to web=3 and worker=0 (0.0 s)\n");
        assertThat(run("scale").out()).isEqualTo("TYPE  PROCESSES  SOURCE\nweb   3          scale\n");
    }

    @Test
    void aDeployThatIsAtWorkIsShownAndStopped() {
        host.prints(
                "pocketpaas/1 attach shop",
                5,
                "+note\tdeploy of 1234567 \"Sell tea\" by ada, begun 2 min ago",
                "+result\twork\t20261122T100000Z-00000000",
                "+step\tbuild\tstart\t",
                "+fail\tcancelled\tcancelled by bob; nothing was switched",
                "+hint\tto ship it after all: pocketpaas deploy",
                "+result\tserving\tv12");
        host.prints("pocketpaas/1 cancel shop", 0, "+result\tcancelled\t1", "+result\trelease\tv12");

        assertThat(run("deploy", "--attach")).isEqualTo(new CliRunner.Result(5, "", """
                               deploy of 1234567 "Sell tea" by ada, begun 2 min ago
                        -----> Building
                        error: cancelled by bob; nothing was switched
                               still serving: v12
                        fix: to ship it after all: pocketpaas deploy
                        """));
        assertThat(run("deploy", "--cancel"))
                .isEqualTo(new CliRunner.Result(0, "shop: deploy cancelled; v12 is live (0.0 s)\n", ""));
        assertThat(run("deploy", "--cancel", "--attach").code()).isEqualTo(2);
        assertThat(run("deploy", "--cancel", "--wait").code()).isEqualTo(2);
        assertThat(run("deploy", "--plan", "--attach").code()).isEqualTo(2);
        assertThat(host.asked()).hasSize(2);
    }

    @Test
    void aDeployBesideAnotherIsRefusedBeforeAnythingIsPushed() throws IOException {
        Files.writeString(directory.resolve("index.html"), "hello");
        host.answers(
                "pocketpaas/1 hello shop",
                ValueTree.builder()
                        .put("protocol", "1")
                        .put("app/exists", "yes")
                        .put("app/busy", "deploy of 1234567 \"Sell tea\" by ada, begun 2 min ago")
                        .build());

        CliRunner.Result refused = run("deploy", "--json");

        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.out())
                .contains("\"cause\":\"locked\"", "shop is busy: deploy of 1234567", "by ada, begun 2 min ago");
        assertThat(host.asked()).containsExactly("pocketpaas/1 hello shop");
    }

    @Test
    void aPlanAsksTwoQuestionsAndSendsNothing() throws IOException {
        Files.writeString(directory.resolve("index.html"), "hello");
        host.answers(
                "pocketpaas/1 hello shop",
                ValueTree.builder()
                        .put("protocol", "1")
                        .put("app/exists", "yes")
                        .put("app/live", "12")
                        .build());
        host.answers(
                "pocketpaas/1 show shop bundle",
                ValueTree.builder()
                        .put("live", "12")
                        .put("commit", "1".repeat(40))
                        .put("tree", "2".repeat(40))
                        .put("builder", "static")
                        .put("command/web", "serve")
                        .put("settings/volumes", "data\t/data")
                        .build());

        CliRunner.Result plan = run("deploy", "--plan");

        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(plan.out().replaceAll("[0-9a-f]{7} ", "COMMIT ")).contains("""
                        volumes
                          - data  /data
                        warning: the app no longer sees the volume data; its data stays on the host
                        """);
        assertThat(plan.out()).startsWith("shop on 203.0.113.10: v12 (1111111) → ");
        assertThat(plan.err()).endsWith("Nothing was changed.\n");
        assertThat(run("deploy", "--plan", "--json").out())
                .contains("\"nothing_to_do\" : false", "\"section\" : \"volumes\"", "\"change\" : \"remove\"");
        assertThat(host.asked())
                .containsOnly("pocketpaas/1 hello shop", "pocketpaas/1 show shop bundle")
                .hasSize(4);
    }

    @Test
    void anArchiveSaysItselfWhichAppItIs() throws IOException {
        // In the directory of another app, whose manifest does not count.
        Files.writeString(directory.resolve("pocketpaas.yml"), "app: shop\nhost: 203.0.113.10\n");
        Path archive = directory.resolve("blog-main.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            zip.putNextEntry(new ZipEntry("blog-main/pocketpaas.yml"));
            zip.write("app: blog\nhost: 203.0.113.10\n".getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("blog-main/Procfile"));
            zip.write("web: node app.js\n".getBytes(StandardCharsets.UTF_8));
        }
        CliRunner laptop = new CliRunner(directory).with(host);
        ValueTree nothing =
                ValueTree.builder().put("protocol", "1").put("app/exists", "no").build();
        host.answers("pocketpaas/1 hello blog", nothing);

        CliRunner.Result plan = laptop.run("deploy", "--plan", "--archive", "blog-main.zip");
        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(plan.out()).startsWith("blog is not on 203.0.113.10 yet.");
        assertThat(plan.err())
                .startsWith("Deploying 2 files of blog-main.zip, without the directory blog-main/ around them.\n");

        // Unless the user says another one; standard input is as good as a file.
        host.answers("pocketpaas/1 hello other", nothing);
        CliRunner.Result other =
                laptop.run("deploy", "--plan", "--json", "--app", "other", "--archive", "blog-main.zip");
        assertThat(other.code()).as(other.err()).isZero();
        assertThat(laptop.run("deploy", "--archive", "-").err()).contains("standard input is empty");
        assertThat(laptop.run("deploy", "--archive", "none.zip").code()).isEqualTo(2);
        for (String more : new String[] {"--dirty", "--branch=main", "--image=nginx", "--attach"}) {
            CliRunner.Result both = laptop.run("deploy", "--archive", "blog-main.zip", more);
            assertThat(both.code()).as(more).isEqualTo(2);
        }
        assertThat(host.asked()).containsExactly("pocketpaas/1 hello blog", "pocketpaas/1 hello other");
    }

    @Test
    void whatIsStoppedIsSaidToBe() {
        host.prints(
                "pocketpaas/1 stop shop", 0, "+step\tstop\tstart\t", "+step\tstop\tdone\t", "+result\tstopped\tyes");
        host.prints("pocketpaas/1 env shop", 0, "+result\trelease\tv13", "+result\tstopped\tyes");
        host.prints("pocketpaas/1 start shop", 0, "+result\trelease\tv13", "+result\turl\thttp://shop.example.com");

        assertThat(run("stop").out()).isEqualTo("shop is stopped (0.0 s)\n");
        assertThat(run("env", "set", "A=1").out())
                .isEqualTo("shop: A set; v13 starts with the next \"pocketpaas start\" (0.0 s)\n");
        assertThat(run("start").out()).isEqualTo("shop started; v13 is live: http://shop.example.com (0.0 s)\n");
        assertThat(run("stop", "--json").out()).contains("\"facts\":{\"stopped\":[\"yes\"]}");
    }

    @Test
    void theOldReleaseEndsFirstWhereThatIsAskedFor() {
        for (String verb : new String[] {"restart shop", "env shop", "rollback shop -", "rollback shop 3 keep-env"}) {
            host.prints("pocketpaas/1 " + verb + " stop-first", 0, "+result\trelease\tv13");
        }

        assertThat(run("restart", "--stop-first").code()).isZero();
        assertThat(run("env", "set", "A=1", "--stop-first").code()).isZero();
        assertThat(run("env", "unset", "A", "--stop-first").code()).isZero();
        assertThat(run("rollback", "--stop-first").code()).isZero();
        assertThat(run("rollback", "v3", "--keep-env", "--stop-first").code()).isZero();
    }

    @Test
    void whoIsInAHurryDoesNotWaitForWhatIsEnding() {
        for (String words : new String[] {
            "restart shop now",
            "env shop now",
            "rollback shop - stop-first now",
            "scale shop web=2 now",
            "start shop now"
        }) {
            host.prints("pocketpaas/1 " + words, 0, "+result\trelease\tv13");
        }

        assertThat(run("restart", "--now").code()).isZero();
        assertThat(run("env", "set", "A=1", "--now").code()).isZero();
        assertThat(run("rollback", "--stop-first", "--now").code()).isZero();
        assertThat(run("scale", "web=2", "--now").code()).isZero();
        assertThat(run("start", "--now").code()).isZero();
    }

    @Test
    void processesShowWhatTheyUseAndWhetherTheyKeepEnding() {
        host.answers(
                "pocketpaas/1 show shop ps",
                ValueTree.builder()
                        .put("process/web.1/state", "running")
                        .put("process/web.1/memory", "3145728")
                        .put("process/web.1/limit", "104857600")
                        .put("process/web.1/cpus", "1250000000")
                        .put("process/web.1/release", "12")
                        .put("process/worker.1/state", "crash-loop")
                        .put("process/worker.1/exit", "1")
                        .put("process/worker.1/restarts", "5")
                        .put("process/worker.1/since", "2026-11-22T10:00:00Z")
                        .put("process/worker.2/state", "missing")
                        .build());

        CliRunner.Result result = run("ps");

        assertThat(result.out()).isEqualTo("""
                PROCESS   STATE       EXIT  SINCE    RESTARTS  MEMORY  LIMIT     CPUS  RELEASE
                web.1     running                              3.0 MB  100.0 MB  1.25  v12
                worker.1  crash-loop  1     0 s ago  5
                worker.2  missing
                """);
        assertThat(result.err())
                .isEqualTo("warning: crash loop of worker.1: exit code 1, 5 restarts, last one 0 s ago;"
                        + " see \"pocketpaas logs --app shop\"\n");
        assertThat(run("ps", "--json").out())
                .contains("\"limit\" : \"104857600\"", "\"since\" : \"2026-11-22T10:00:00Z\"");
    }

    @Test
    void releasesShowWhatChanged() {
        host.answers(
                "pocketpaas/1 show shop releases",
                ValueTree.builder()
                        .put("live", "2")
                        .put("1/status", "good")
                        .put("1/kind", "deploy")
                        .put("1/commit", "0123456789abcdef0123456789abcdef01234567")
                        .put("1/subject", "Sell tea\u001b[31m")
                        .put("2/status", "good")
                        .put("2/kind", "env")
                        .put("2/change", "env: TOKEN")
                        .build());

        assertThat(run("releases").out())
                .isEqualTo("RELEASE  STATUS  CHANGE              COMMIT\n" + "v2       live    env: TOKEN\n"
                        + "v1       good    Sell tea\\u001b[31m  01234567\n");
    }

    @Test
    void releasesTellSetFromUnsetAndWhyOneFailed() {
        host.answers(
                "pocketpaas/1 show shop releases",
                ValueTree.builder()
                        .put("live", "2")
                        .put("2/status", "good")
                        .put("2/kind", "env")
                        .put("2/change", "env: A, B, C")
                        .put("2/set", "A\nB")
                        .put("2/unset", "C")
                        .put("3/status", "failed")
                        .put("3/kind", "deploy")
                        .put("3/subject", "Sell tea")
                        .put("3/failure", "web.1 exited with code 1")
                        .build());

        assertThat(run("releases").out()).isEqualTo("""
                RELEASE  STATUS  CHANGE                     FAILURE
                v3       failed  Sell tea                   web.1 exited with code 1
                v2       live    env set A, B; env unset C
                """);
    }

    @Test
    void inANarrowWindowNoWordIsCut() {
        host.answers(
                "pocketpaas/1 keys list",
                ValueTree.builder()
                        .put("ci/role", "deploy")
                        .put("ci/apps", "shop\nblog")
                        .put("ci/fingerprint", "SHA256:wJ3x2sT0qR8yL5uV1nB7cD4eF6gH9iK0mP2oQ3rS4tU")
                        .put("ci/added", "2026-11-22T09:59:00Z")
                        .build());

        String narrow = runner().wide(60).typing("").run("keys").out().replaceAll("\u001b\\[[0-9;]*m", "");
        assertThat(narrow).isEqualTo("""
                NAME         ci
                ROLE         deploy
                APPS         shop,blog
                FINGERPRINT
                  SHA256:wJ3x2sT0qR8yL5uV1nB7cD4eF6gH9iK0mP2oQ3rS4tU
                ADDED        60 s ago
                """);
        assertThat(run("keys").out().lines()).hasSize(2);
        assertThat(runner().with("COLUMNS", "60").run("keys").out()).isEqualTo(narrow);
        assertThat(runner().wide(60)
                        .typing("")
                        .run("ps", "--host", "a;b")
                        .err()
                        .replaceAll("\u001b\\[[0-9;]*m", "")
                        .lines())
                .allMatch(line -> line.length() <= 60);
    }

    @Test
    void aDeployWithoutAManifestAsksForTheHostAndNeverChoosesTheOneThatIsKnown() throws IOException {
        Files.createDirectories(directory.resolve(".config/pocketpaas/hosts"));
        Files.writeString(directory.resolve(".config/pocketpaas/hosts/box"), "address=203.0.113.10\n");
        Path app = Files.createDirectory(directory.resolve("site"));
        Files.writeString(app.resolve("index.html"), "hello");
        CliRunner nowhere = new CliRunner(directory).with(host);

        CliRunner.Result silent = nowhere.run("deploy", "--app", "emp", "-C", "site");
        assertThat(silent.code()).isEqualTo(2);
        assertThat(silent.err()).contains("no host given");
        assertThat(app.resolve("pocketpaas.yml")).doesNotExist();

        CliRunner.Result asked = nowhere.typing("a;b\n203.0.113.77\n").run("init", "--app", "emp", "-C", "site");
        assertThat(asked.err())
                .contains("Host ([user@]address) [box]: ", "\"a;b\" is not a valid host")
                .doesNotContain("Name of the app");
        assertThat(app.resolve("pocketpaas.yml")).content().contains("app: emp\n", "host: 203.0.113.77\n");
    }

    @Test
    void allOfOneReleaseIsShownWithoutValues() {
        host.answers(
                "pocketpaas/1 show shop release 12",
                ValueTree.builder()
                        .put("number", "12")
                        .put("live", "12")
                        .put("status", "good")
                        .put("kind", "env")
                        .put("change", "env: TOKEN, MODE")
                        .put("who", "ada")
                        .put("when", "2026-11-22T10:00:00Z")
                        .put("subject", "Sell tea\u001b[31m")
                        .put("builder", "buildpacks")
                        .put("image", "sha256:1")
                        .put("image-there", "no")
                        .put("log", "yes")
                        .put("port", "5000")
                        .put("processes/web/type", "web")
                        .put("processes/web/command", "node server.js\nsleep 1")
                        .put("processes/web/memory", "67108864")
                        .put("processes/clock/type", "clock")
                        .put("limits/cpus", "500000000")
                        .put("drain", "30")
                        .put("stop-signal", "SIGQUIT")
                        .put("volumes", "data\t/app/data")
                        .put("source/TOKEN", "operator")
                        .put("value/TOKEN", "hunter2")
                        .put("source/MODE", "manifest")
                        .build());

        assertThat(run("releases", "show", "v12").out()).isEqualTo("""
                v12: good, live
                  change           env: TOKEN, MODE
                  made             0 s ago by ada
                  subject          Sell tea
                  builder          buildpacks
                  image            sha256:1 (deleted from the host, so no rollback to it)
                  port             5000
                  process web      node server.js\\nsleep 1 (memory 64 MB)
                  process clock    the image's own command
                  limits           cpus 0.5
                  ending           drain 30 s, stop-signal SIGQUIT
                  volumes          data /app/data
                  env MODE         (manifest)
                  env TOKEN        •••••• (env set)
                  build log        pocketpaas releases log v12
                """);
        String json = run("releases", "show", "v12", "--json").out();
        assertThat(json)
                .contains("\"live\" : true", "\"command\" : \"node server.js\\nsleep 1\"", "\"image_on_host\" : false")
                .doesNotContain("hunter2");
        assertThat(run("releases", "show", "v12", "--show", "--json").out()).contains("\"value\" : \"hunter2\"");
        assertThat(run("releases", "show", "v12", "--show").out()).contains("hunter2 (env set)");
    }

    @Test
    void aReleaseIsShownWithoutTheEngine() {
        host.answers(
                "pocketpaas/1 show shop release 12",
                ValueTree.builder()
                        .put("number", "12")
                        .put("status", "good")
                        .put("image", "sha256:1")
                        .put("image-there", "unknown")
                        .build());

        assertThat(run("releases", "show", "v12").out())
                .contains("sha256:1 (the Docker engine on the host does not answer, so it is not known whether");
        assertThat(run("releases", "show", "v12", "--json").out()).doesNotContain("image_on_host");
    }

    @Test
    void helpNeverActs() {
        for (String command : new String[] {"rollback", "prune", "restart", "destroy", "deploy"}) {
            CliRunner.Result result = run(command, "v10", "--help");
            assertThat(result.code()).as(command).isZero();
            assertThat(result.out()).as(command).contains("Usage: pocketpaas " + command);
        }
        assertThat(host.asked()).isEmpty();
        assertThat(host.addresses()).isEmpty();
    }

    @Test
    void pruningSaysWhatGoesAndHowMuchRoomThereIs() {
        ValueTree.Builder answer = ValueTree.builder()
                .put("kind/images/count", "2")
                .put("kind/images/bytes", "3145728")
                .put("kind/images/what", "pocketpaas-app-shop:1\npocketpaas-app-shop:2")
                .put("kind/works/count", "1")
                .put("kind/works/bytes", "1024")
                .put("kind/works/what", "20260131T120000Z-00000000/values")
                .put("busy", "blog")
                .put("disk/where", "/var/lib/docker")
                .put("disk/before", "900")
                .put("disk/after", "903");
        host.answers("pocketpaas/1 prune dry-run", answer.build());
        host.answers("pocketpaas/1 prune caches", answer.build());
        host.answers(
                "pocketpaas/1 prune",
                ValueTree.builder()
                        .put("disk/where", "/var/lib/docker")
                        .put("disk/before", "900")
                        .put("disk/after", "900")
                        .build());

        CliRunner.Result dry = run("prune", "--dry-run");
        assertThat(dry.out()).isEqualTo("KIND    COUNT  SIZE\nimages  2      3.0 MB\nworks   1      1.0 kB\n");
        assertThat(dry.err())
                .isEqualTo("warning: blog is being built and was skipped\n"
                        + "Nothing was changed. About 3.0 MB would be freed; 903 MB free in /var/lib/docker\n");
        assertThat(run("prune", "--caches").err()).endsWith("903 MB free in /var/lib/docker (before: 900 MB)\n");
        assertThat(run("prune", "--dry-run", "--json").out())
                .contains("\"dry_run\" : true", "\"what\" : [ \"pocketpaas-app-shop:1\", \"pocketpaas-app-shop:2\" ]");
        assertThat(run("prune").err()).startsWith("Nothing to delete.\n");
    }

    @Test
    void sinceATimeMeansAllLinesFromThenOn() {
        host.prints("pocketpaas/1 logs shop lines=10000000 since=1795341600 release=12", 0, "");
        host.prints("pocketpaas/1 logs shop lines=100", 0, "");

        assertThat(run("logs", "--since", "2026-11-22T10:00:00Z", "--release", "v12")
                        .code())
                .isZero();
        assertThat(run("logs").code()).isZero();
    }

    @Test
    void logsAreLinesOrEvents() {
        long halfPastNine = Instant.parse("2026-11-22T09:30:00Z").getEpochSecond();
        host.prints(
                "pocketpaas/1 logs shop lines=5 since=" + halfPastNine + " type=web",
                0,
                "2026-11-22T10:00:00+00:00\tweb.1\tGET /\t200");

        assertThat(run("logs", "-n", "5", "--since", "30m", "--type", "web").out())
                .isEqualTo("2026-11-22T10:00:00+00:00 web.1 GET /\t200\n");
        assertThat(run("logs", "-n", "5", "--since", "30m", "--type", "web", "--json")
                        .out())
                .isEqualTo("{\"time\":\"2026-11-22T10:00:00+00:00\",\"process\":\"web.1\",\"text\":\"GET /\\t200\"}\n");
    }

    @Test
    void runPassesStreamsAndExitCodeOn() {
        host.prints("pocketpaas/1 run shop pipe bHMALWwA", 42, "one", "two");

        assertThat(run("run", "ls", "-l")).isEqualTo(new CliRunner.Result(42, "one\ntwo\n", ""));
        assertThat(run("run", "--", "ls", "-l").code()).isEqualTo(42);
    }

    @Test
    void aRunThatIsRefusedIsAnErrorAndOutputThatLooksLikeOneIsOutput() {
        host.prints(
                "pocketpaas/1 run shop pipe bHMA",
                4,
                "+fail\tnothing-live\tnothing is live in shop",
                "+hint\tdeploy it first");
        assertThat(run("run", "ls"))
                .isEqualTo(new CliRunner.Result(4, "", "error: nothing is live in shop\nfix: deploy it first\n"));
        host.prints("pocketpaas/1 run shop pipe bHMA", 3, "+fail\tx\ty");
        assertThat(run("run", "ls")).isEqualTo(new CliRunner.Result(3, "+fail\tx\ty\n", ""));
        host.prints("pocketpaas/1 run shop pipe bHMA", 4, "+fail\tx\ty", "more");
        assertThat(run("run", "ls")).isEqualTo(new CliRunner.Result(4, "+fail\tx\ty\nmore\n", ""));
        host.prints("pocketpaas/1 run shop pipe bHMA", 4, "+f");
        assertThat(run("run", "ls")).isEqualTo(new CliRunner.Result(4, "+f\n", ""));
    }

    @Test
    void runTakesTheLimitsOfAProcessType() {
        host.prints("pocketpaas/1 run shop pipe bHMA type=worker", 0, "one");

        assertThat(run("run", "--type", "worker", "ls").out()).isEqualTo("one\n");
        assertThat(run("run", "--type", "a b", "ls").code()).isEqualTo(2);
        // After the command's own word every option is the command's.
        host.prints("pocketpaas/1 run shop pipe bHMALS10eXBlAHgA", 0, "two");
        assertThat(run("run", "ls", "--type", "x").out()).isEqualTo("two\n");
    }

    @Test
    void whatStaysOfOneThatWasDestroyedIsNamed() {
        host.prints("pocketpaas/1 destroy shop volumes", 0, "+result\tleft\tits data in the service my");
        host.answers("pocketpaas/1 previews shop", ValueTree.empty());

        assertThat(run("destroy", "--volumes", "--confirm", "shop").out())
                .isEqualTo("shop deleted, but for its data in the service my (0.0 s)\n");
    }

    @Test
    void destroyingNeedsTheNameTypedOrGiven() {
        host.prints("pocketpaas/1 destroy shop", 0, "+note\tkept the volume data");
        host.answers(
                "pocketpaas/1 previews shop",
                ValueTree.builder().put("preview/shop-pr-12/label", "pr-12").build());

        CliRunner.Result refused = run("destroy");
        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err()).contains("fix: add --confirm shop");
        CliRunner.Result wrong = run("destroy", "--confirm", "blog");
        assertThat(wrong.code()).isEqualTo(4);
        assertThat(wrong.err()).contains("--confirm names blog, but this is about shop");
        CliRunner.Result mistyped = runner().typing("blog\n\n").run("destroy");
        assertThat(mistyped.code()).isEqualTo(4);
        assertThat(mistyped.err()).contains("That is not shop.");
        assertThat(mistyped.err()).contains("its previews go, too, with all their data: shop-pr-12");
        assertThat(host.asked()).containsOnly("pocketpaas/1 previews shop");
        assertThat(run("destroy", "--confirm", "shop").out()).isEqualTo("shop deleted (0.0 s)\n");
        assertThat(runner().typing("blog\nshop\n").run("destroy").code()).isZero();
        // Nobody echoes the Enter here.
        CliRunner.Result narrow = runner().wide(40).typing("blog\n\n").run("destroy");
        assertThat(narrow.err()
                        .replaceAll("\u001b\\[[0-9;]*[mK]", "")
                        .replace("continue: ", "continue: \n")
                        .lines())
                .allMatch(line -> line.length() <= 40);
        // What is typed stands behind the question, not below it.
        assertThat(narrow.err()).containsPattern("Type shop\\s+to\\s+continue: ");
    }

    @Test
    void keysAreListedAndRemoved() {
        host.answers(
                "pocketpaas/1 keys list",
                ValueTree.builder()
                        .put("ci/role", "deploy")
                        .put("ci/apps", "shop\nblog")
                        .put("ci/fingerprint", "SHA256:abc")
                        .build());
        host.answers("pocketpaas/1 keys remove ci", ValueTree.empty());

        assertThat(run("keys").out())
                .isEqualTo("NAME  ROLE    APPS       FINGERPRINT\nci    deploy  shop,blog  SHA256:abc\n");
        assertThat(run("keys", "remove", "ci").code()).isZero();
    }

    @Test
    void loginsAtRegistriesAreListedAndTheirPasswordsSentAlone() {
        ValueTree login = ValueTree.builder()
                .put("1/registry", "ghcr.io")
                .put("1/user", "ada")
                .put("1/app", "")
                .put("2/registry", "registry.example.com:5000")
                .put("2/user", "ci")
                .put("2/app", "shop")
                .build();
        host.answers("pocketpaas/1 registries list", login);
        host.answers("pocketpaas/1 registries login ghcr.io", ValueTree.empty());
        host.answers("pocketpaas/1 registries login docker.io shop", ValueTree.empty());
        host.answers(
                "pocketpaas/1 registries remove ghcr.io",
                ValueTree.builder().put("removed", "yes").build());
        host.answers(
                "pocketpaas/1 registries remove quay.io",
                ValueTree.builder().put("removed", "no").build());

        assertThat(run("registries").out()).isEqualTo("""
                REGISTRY                   USER  APP
                ghcr.io                    ada   all
                registry.example.com:5000  ci    shop
                """);
        CliRunner.Result in =
                runner().reading("two\nlines\n").run("registries", "login", "https://GHCR.io/v2/", "--user", "ada");
        assertThat(in.out()).isEqualTo("logged in at ghcr.io as ada, for all apps\n");
        assertThat(new String(host.input(1), StandardCharsets.UTF_8))
                .isEqualTo("password\0two\nlines\0user\0ada\0.\0end\0");
        assertThat(runner().reading("x")
                        .run("registries", "login", "docker.io", "--user", "ci", "--app", "shop", "--json")
                        .out())
                .isEqualToIgnoringWhitespace("{\"registry\":\"docker.io\",\"user\":\"ci\",\"app\":\"shop\"}");
        assertThat(run("registries", "remove", "ghcr.io").out()).isEqualTo("the login at ghcr.io removed\n");
        assertThat(run("registries", "remove", "quay.io").code()).isEqualTo(4);
        assertThat(run("registries", "login", "a/b", "--user", "x").code()).isEqualTo(2);
        assertThat(runner().reading("x").run("registries", "login", "ghcr.io").err())
                .contains("no account given", "--user NAME");
        assertThat(runner().reading("")
                        .run("registries", "login", "ghcr.io", "--user", "x")
                        .err())
                .contains("the password is empty");
    }

    @Test
    void logsAreSentByHttpsWithoutSayingWhere() throws IOException {
        host.prints("pocketpaas/1 drains shop add", 0, "+result\tdrain\thttps://logs.example.com/...");
        host.answers(
                "pocketpaas/1 drains shop list",
                ValueTree.builder()
                        .put("1/target", "https://logs.example.com/...")
                        .put("1/format", "json")
                        .put("1/waiting", "7")
                        .put("1/lost", "0")
                        .put("1/problem", "it answers 401 Unauthorized")
                        .put("1/since", "2026-11-29T10:00:00Z")
                        .build());
        Path headers = Files.writeString(directory.resolve("headers"), "DD-API-KEY: s3cret\r\n");
        String address = "https://ada:hunter2@logs.example.com/in?token=t0ken";

        CliRunner.Result added = runner().reading(address + "\n")
                .run("logs", "drain", "add", "-", "--format", "json", "--header-file", headers.toString());

        assertThat(added.code()).as(added.err()).isZero();
        assertThat(added.out() + added.err())
                .contains("the logs of shop are sent to https://logs.example.com/...")
                .doesNotContain("hunter2", "t0ken", "s3cret");
        assertThat(new String(host.input(0), StandardCharsets.UTF_8))
                .isEqualTo("format\0json\0headers\0DD-API-KEY: s3cret\n\0target\0" + address + "\0.\0end\0");
        assertThat(host.asked()).noneMatch(command -> command.contains("hunter2"));
        assertThat(run("logs", "drain").out()).contains("json", "it answers 401 Unauthorized, since ");

        CliRunner.Result typed = run("logs", "drain", "add", address);
        assertThat(typed.code()).isEqualTo(2);
        assertThat(typed.err()).contains("standard input").doesNotContain("hunter2");
        assertThat(run("logs", "drain", "add", "syslog+tls://h", "--format", "json")
                        .code())
                .isEqualTo(2);
        assertThat(run("logs", "drain", "add", "https://h", "--format", "xml").code())
                .isEqualTo(2);
        assertThat(run("logs", "drain", "add", "https://h", "--header-file", "nowhere")
                        .err())
                .contains("cannot read nowhere");
    }

    @Test
    void buildpacksAreListedAndMoved() {
        String first = "1".repeat(40);
        String second = "2".repeat(40);
        host.answers(
                "pocketpaas/1 buildpacks list",
                ValueTree.builder()
                        .put("1/name", "heroku/nodejs")
                        .put("1/address", "https://example.com/node")
                        .put("1/commit", first)
                        .put("1/since", "2026-11-22T10:00:00Z")
                        .put("2/name", "https://example.com/own#v1")
                        .put("2/address", "https://example.com/own")
                        .put("2/ref", "v1")
                        .put("3/name", "static")
                        .put("3/from", "programs")
                        .build());
        assertThat(run("buildpacks").out()).isEqualTo("""
                NAME                        COMMIT                SINCE    REF  ADDRESS
                heroku/nodejs               1111111               0 s ago       https://example.com/node
                https://example.com/own#v1  not used yet                   v1
                static                      of the host programs
                """);
        assertThat(run("buildpacks", "list", "--json").out()).contains("\"commit\" : \"" + first + "\"");

        host.answers(
                "pocketpaas/1 buildpacks check",
                ValueTree.builder()
                        .put("1/name", "heroku/nodejs")
                        .put("1/before", first)
                        .put("1/commit", second)
                        .build());
        assertThat(run("buildpacks", "update", "heroku/nodejs", "--dry-run").out())
                .isEqualTo("""
                NAME           BEFORE   COMMIT   RESULT
                heroku/nodejs  1111111  2222222  would be updated
                """);
        assertThat(new String(host.input(2), StandardCharsets.UTF_8)).isEqualTo("1\0heroku/nodejs\0.\0end\0");

        host.answers(
                "pocketpaas/1 buildpacks update",
                ValueTree.builder()
                        .put("1/name", "heroku/nodejs")
                        .put("1/before", first)
                        .put("1/commit", first)
                        .put("2/name", "own")
                        .put("2/before", first)
                        .put("2/trouble", "the buildpack own cannot be fetched")
                        .put("2/cure", "check its address")
                        .build());
        CliRunner.Result partly = run("buildpacks", "update");
        assertThat(partly.code()).isEqualTo(5);
        assertThat(partly.out()).isEqualTo("""
                NAME           BEFORE   COMMIT   RESULT
                heroku/nodejs  1111111  1111111  up to date
                own            1111111           unknown
                """);
        assertThat(partly.err()).contains("the buildpack own cannot be fetched; check its address");
    }

    @Test
    void anImageThatCannotBeOneIsRefusedBeforeTheHostIsAsked() {
        assertThat(run("deploy", "--image", "sha256:" + "1".repeat(64)).err()).contains("is the id of an image");
        assertThat(run("deploy", "--image", "Shop").code()).isEqualTo(2);
        assertThat(run("deploy", "--image", "nginx", "--attach").code()).isEqualTo(2);
        assertThat(run("deploy", "--local", "nginx", "--attach").code()).isEqualTo(2);
        assertThat(run("deploy", "--local", "nginx", "--image", "nginx").err()).contains("each name the image");
        assertThat(run("deploy", "--local", "nginx", "--archive", "a.zip").code())
                .isEqualTo(2);
        assertThat(run("deploy", "--local", "--privileged").code()).isEqualTo(2);
        assertThat(run("deploy", "--local=-o/tmp/x").code()).isEqualTo(2);
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void certificatesAreListedWithTheDaysThatAreLeft() {
        host.answers(
                "pocketpaas/1 show shop ssl",
                ValueTree.builder()
                        .put("domains", "*.example.com\nbare.example.com")
                        .put("certificate/_.example.com/domain", "*.example.com")
                        .put("certificate/_.example.com/info/issuer", "Tea Root")
                        .put("certificate/_.example.com/info/source", "own")
                        .put("certificate/_.example.com/info/serial", "0A")
                        .put("certificate/_.example.com/info/names", "*.example.com\nexample.com")
                        .put("certificate/_.example.com/info/not-after", "1798624800")
                        .build());

        assertThat(run("ssl").out())
                .isEqualTo("DOMAIN            HTTPS  ISSUER    DAYS LEFT  VALID UNTIL       SOURCE  NAMES"
                        + "                      SERIAL\n"
                        + "*.example.com     yes    Tea Root  38         2026-12-30 10:00  own     *.example.com example.com  0A\n"
                        + "bare.example.com  no\n");
        assertThat(run("ssl", "list", "--json").out())
                .contains("\"days_left\" : \"38\"", "\"valid_until\" : \"2026-12-30T10:00:00Z\"");
    }

    @Test
    void aBadCertificateIsRefusedBeforeTheHostIsAsked() throws IOException {
        Files.writeString(directory.resolve("c.pem"), "hello");

        CliRunner.Result refused = run("ssl", "add", "--cert", "c.pem");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("c.pem is not PEM text", "fix: ");
        assertThat(runner().reading("hello").run("ssl", "add", "--cert", "-").err())
                .contains("standard input is not PEM text");
        assertThat(run("ssl", "add", "--cert", "missing.pem").code()).isEqualTo(2);
        assertThat(host.addresses()).isEmpty();
    }

    @Test
    void aRemovedCertificateIsOneVerb() throws IOException {
        host.prints("pocketpaas/1 ssl shop remove", 0, "+result\turl\thttp://a.example.com");

        assertThat(run("ssl", "remove", "a.example.com").out()).startsWith("shop is served over HTTP at a.example.com");
        assertThat(sent(0).lines("domains")).containsExactly("a.example.com");
    }

    @Test
    void linesForNginxArePrintedAsTheyAre() {
        host.answers("pocketpaas/1 nginx shop show", ValueTree.empty());
        assertThat(run("nginx").err()).contains("shop has no custom nginx configuration");
        assertThat(run("nginx", "--json").out()).contains("\"snippet\" : \"\"", "\"in_use\" : false");

        host.answers(
                "pocketpaas/1 nginx shop show",
                ValueTree.builder()
                        .put("snippet", "add_header X-A b;\n")
                        .put("refused", "line 1 of the snippet: no")
                        .build());
        CliRunner.Result shown = run("nginx");
        assertThat(shown.out()).isEqualTo("add_header X-A b;\n");
        assertThat(shown.err()).contains("not in use: line 1 of the snippet: no");
        assertThat(run("nginx", "--json").out())
                .contains("\"snippet\" : \"add_header X-A b;\\n\"", "\"refused\" : \"line 1 of the snippet: no\"");
    }

    @Test
    void linesForNginxAreCheckedBeforeTheyAreSent() {
        CliRunner.Result refused = runner().reading("}\n").run("nginx", "set", "-");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("standard input, line 1: ", "fix: ");
        assertThat(host.addresses()).isEmpty();

        host.prints("pocketpaas/1 nginx shop set", 0, "+result\turl\thttp://a.example.com");
        assertThat(runner().reading("add_header X-A b;")
                        .run("nginx", "set", "-")
                        .out())
                .startsWith("shop uses your nginx configuration");
        assertThat(sent(0).text("snippet")).contains("add_header X-A b;");
        host.prints("pocketpaas/1 nginx shop unset", 0, "+result\turl\thttp://a.example.com");
        assertThat(run("nginx", "unset").out()).startsWith("shop has no custom nginx configuration now");
    }

    @Test
    void newHostKeysAreAcceptedOnlyWhenAsked() {
        host.answers("pocketpaas/1 apps", ValueTree.empty());

        run("apps");
        assertThat(host.settings().acceptNewHostKeys()).isFalse();
        run("apps", "--accept-new-host-key");
        assertThat(host.settings().acceptNewHostKeys()).isTrue();
    }

    private ValueTree sent(int index) {
        try {
            return ValueTree.readFrom(new ByteArrayInputStream(host.input(index)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
