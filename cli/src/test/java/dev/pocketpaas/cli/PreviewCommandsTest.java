package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Previews on the command line, against a scripted host. */
class PreviewCommandsTest {
    @TempDir
    private Path directory;

    private final ScriptedHost host = new ScriptedHost();

    @BeforeEach
    void write() throws IOException {
        Files.writeString(directory.resolve("pocketpaas.yml"), "app: shop\nhost: 203.0.113.10\n");
        Files.writeString(directory.resolve("index.html"), "hello");
    }

    private CliRunner.Result run(String... words) {
        return new CliRunner(directory).with(host).run(words);
    }

    private static ValueTree listed() {
        return ValueTree.builder()
                .put("most", "5")
                .put("preview/shop-pr-12/label", "pr-12")
                .put("preview/shop-pr-12/state", "running")
                .put("preview/shop-pr-12/live", "3")
                .put("preview/shop-pr-12/commit", "1234567890")
                .put("preview/shop-pr-12/url", "http://shop-pr-12.test")
                .put("preview/shop-pr-12/renewed", "2020-01-01T00:00:00Z")
                .put("preview/shop-pr-12/ends", "2020-01-08T00:00:00Z")
                .put("preview/shop-x/label", "feature/x")
                .put("preview/shop-x/renewed", "2999-01-01T00:00:00Z")
                .put("preview/shop-x/ends", "2999-01-08T00:00:00Z")
                .build();
    }

    @Test
    void theyAreListed() {
        host.answers("pocketpaas/1 previews shop", listed());

        assertThat(run("previews").out())
                .contains("NAME", "ENDS")
                .containsPattern("pr-12 +shop-pr-12 +running +v3 +1234567 +http://shop-pr-12.test");
        assertThat(run("previews", "list", "--json").out())
                .contains("\"name\" : \"pr-12\"", "\"commit\" : \"1234567890\"", "\"ends\" : \"2020-01-08T00:00:00Z\"");
        host.answers("pocketpaas/1 previews blog", ValueTree.empty());
        assertThat(run("previews", "--app", "blog").err()).contains("blog has no previews");
    }

    @Test
    void oneIsRemovedAndThatItIsGoneCanBeFine() {
        host.answers("pocketpaas/1 previews shop", listed());
        host.prints("pocketpaas/1 preview shop remove pr-12", 0, "+result\tdestroyed\tshop-pr-12");

        assertThat(run("previews", "remove", "pr-12").out()).startsWith("preview pr-12 of shop deleted");
        assertThat(run("previews", "remove", "pr-12", "--if-exists").code()).isZero();
        assertThat(run("previews", "remove", "pr-99", "--if-exists").err()).contains("shop has no preview pr-99");
        assertThat(run("previews", "remove").code()).isEqualTo(2);
        assertThat(run("previews", "remove", "a b").err()).contains("cannot be the name of a preview");
    }

    @Test
    void whatIsOldGoes() {
        host.answers("pocketpaas/1 previews shop", listed());
        host.prints("pocketpaas/1 preview shop remove pr-12", 0, "+result\tdestroyed\tshop-pr-12");

        assertThat(run("previews", "prune", "--idle", "2d").out()).startsWith("preview pr-12 of shop deleted");
        assertThat(run("previews", "prune").out()).startsWith("preview pr-12 of shop deleted");
        assertThat(run("previews", "prune", "--idle", "soon").err()).contains("\"soon\" is not a duration");
        assertThat(host.asked()).doesNotContain("pocketpaas/1 preview shop remove feature/x");
    }

    @Test
    void oneIsKeptLonger() {
        host.answers(
                "pocketpaas/1 preview shop extend pr-12 1209600",
                ValueTree.builder()
                        .put("app", "shop-pr-12")
                        .put("ends", "2999-01-01T00:00:00Z")
                        .build());

        assertThat(run("previews", "extend", "pr-12", "14d").out())
                .isEqualTo("the preview pr-12 of shop lasts until 2999-01-01 00:00\n");
        assertThat(run("previews", "extend", "pr-12", "400d").err()).contains("out of range", "from 1m to 90d");
    }

    @Test
    void aDeployAsksTheHostWhichAppItIsAndWritesAComment() throws IOException {
        host.answers(
                "pocketpaas/1 preview shop open pr-12",
                ValueTree.builder()
                        .put("app", "shop-pr-12")
                        .put("exists", "yes")
                        .put("ends", "2999-01-01T00:00:00Z")
                        .put("new", "yes")
                        .put("left-out", "STRIPE_KEY")
                        .build());
        host.answers(
                "pocketpaas/1 hello shop-pr-12",
                ValueTree.builder()
                        .put("protocol", "1")
                        .put("app/exists", "yes")
                        .put("app/busy", "deploy of 1234567 \"Sell tea\" by ada, begun 2 min ago")
                        .build());

        CliRunner.Result result = run("deploy", "--preview", "pr-12", "--comment", "note.md");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).contains("look like secrets: STRIPE_KEY", "shop-pr-12 is busy");
        assertThat(host.asked())
                .containsExactly("pocketpaas/1 preview shop open pr-12", "pocketpaas/1 hello shop-pr-12");
        assertThat(directory.resolve("note.md"))
                .content()
                .startsWith("<!-- pocketpaas preview -->\n### Preview of `pr-12`\n")
                .contains("The deploy failed: `shop-pr-12 is busy:");
    }

    @Test
    void aSecretThatIsNotGivenToPreviewsSaysHowItIs() throws IOException {
        Files.writeString(
                directory.resolve("pocketpaas.yml"), "app: shop\nhost: 203.0.113.10\nsecrets: [NO_SUCH_SECRET]\n");
        host.answers(
                "pocketpaas/1 preview shop open x",
                ValueTree.builder().put("app", "shop-x").build());
        host.answers(
                "pocketpaas/1 hello shop-x",
                ValueTree.builder()
                        .put("protocol", "1")
                        .put("app/exists", "yes")
                        .put("app/preview-of", "shop")
                        .build());

        CliRunner.Result refused = run("deploy", "--preview", "x");

        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err())
                .contains("the secret NO_SUCH_SECRET has no value", "previews.secrets", "deploy shop once");
    }

    @Test
    void whatADeployWouldMakeIsPlannedAndNothingIsOpened() throws IOException {
        Files.writeString(directory.resolve("pocketpaas.yml"), """
                app: shop
                host: 203.0.113.10
                domains: [shop.example.com]
                services: { db: postgres }
                processes: { web: { command: run, scale: 3 } }
                env: { COLOR: red, OTHER: x }
                cron: { nightly: { schedule: '@daily', command: 'true' } }
                """);
        ValueTree.Builder planned = ValueTree.builder()
                .put("app", "shop-pr-12")
                .put("exists", "no")
                .put("ttl", "259200")
                .put("env", "COLOR\nPLAIN")
                .put("variables", "COLOR")
                .put("left-out", "STRIPE_KEY")
                .put("service/db", "copy")
                .put("blocked", "shop has as many previews as it may have (1): x");
        host.answers("pocketpaas/1 preview shop plan pr-12", planned.build());
        host.answers(
                "pocketpaas/1 hello", ValueTree.builder().put("protocol", "1").build());

        CliRunner.Result plan = run("deploy", "--preview", "pr-12", "--plan");

        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(plan.out())
                .startsWith("shop-pr-12 is not on 203.0.113.10 yet.")
                .contains("makes the preview shop-pr-12 of shop, which lasts 3 days", "OTHER", "STRIPE_KEY")
                .contains("the service db: a copy of the app's data", "as many previews as it may have (1): x")
                .doesNotContain("shop.example.com", "red", "nightly")
                .doesNotContainPattern("web.*3");
        assertThat(host.asked()).containsExactly("pocketpaas/1 preview shop plan pr-12", "pocketpaas/1 hello");
    }

    @Test
    void whatCannotBeCombined() {
        assertThat(run("deploy", "--preview").err()).contains("no branch is checked out", "--preview pr-12");
        assertThat(run("deploy", "--preview", "x", "--attach").code()).isEqualTo(2);
        assertThat(run("deploy", "--comment", "x").err()).contains("--comment is about a preview");
        assertThat(run("deploy", "--preview", "a b").code()).isEqualTo(2);
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void keysForPreviewsAndForReading() {
        host.answers("pocketpaas/1 keys list", ValueTree.empty())
                .answers("pocketpaas/1 keys add pr preview shop", ValueTree.empty())
                .answers("pocketpaas/1 keys add eye read shop,blog", ValueTree.empty());

        assertThat(run("keys", "add", "pr", "--app", "shop", "--previews-only", "--generate")
                        .err())
                .contains("can deploy previews of shop");
        assertThat(run("keys", "add", "eye", "--app", "shop,blog", "--read-only", "--generate")
                        .err())
                .contains("can read shop and blog");
        assertThat(run("keys", "add", "eye", "--read-only", "--generate").err()).contains("needs the apps");
        assertThat(run("keys", "add", "x", "--app", "shop", "--read-only", "--previews-only", "--generate")
                        .code())
                .isEqualTo(2);
    }
}
