package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages and promotion on the command line, against a scripted host. */
class StageCommandsTest {
    @TempDir
    private Path directory;

    private final ScriptedHost host = new ScriptedHost();

    @BeforeEach
    void write() throws IOException {
        Files.writeString(directory.resolve("pocketpaas.yml"), """
                app: shop
                host: 203.0.113.10
                stages:
                  staging: { app: shop-staging, env: { STAGE: staging } }
                  europe: { host: 198.51.100.7 }
                """);
        Files.writeString(directory.resolve("index.html"), "hello");
        for (String app : new String[] {"shop", "shop-staging", "other"}) {
            host.answers(
                    "pocketpaas/1 show " + app + " domains",
                    ValueTree.builder().put("default", app + ".test").build());
            host.answers(
                    "pocketpaas/1 hello " + app,
                    ValueTree.builder()
                            .put("protocol", "1")
                            .put("app/exists", "no")
                            .build());
        }
    }

    private CliRunner runner() {
        return new CliRunner(directory).with(host);
    }

    @Test
    void aStageIsAnOptionOrAVariable() {
        assertThat(runner().run("domains", "--stage", "staging").out()).contains("shop-staging.test");
        assertThat(runner().with("POCKETPAAS_STAGE", "staging").run("domains").out())
                .contains("shop-staging.test");
        assertThat(runner().run("domains").out()).contains("shop.test");
        runner().run("domains", "--stage", "europe");
        assertThat(host.addresses())
                .hasToString("[pocketpaas@203.0.113.10, pocketpaas@203.0.113.10,"
                        + " pocketpaas@203.0.113.10, pocketpaas@198.51.100.7]");
        CliRunner.Result unknown = runner().run("domains", "--stage", "stagng");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("pocketpaas.yml has no stage stagng", "did you mean \"staging\"?");
    }

    @Test
    void whatWinsOverWhat() {
        assertThat(runner().run("domains", "--stage", "staging", "--app", "other")
                        .out())
                .contains("other.test");
        assertThat(runner().with("POCKETPAAS_APP", "other")
                        .run("domains", "--stage", "staging")
                        .out())
                .contains("shop-staging.test");
        assertThat(runner().with("POCKETPAAS_APP", "other")
                        .with("POCKETPAAS_STAGE", "staging")
                        .run("domains")
                        .out())
                .contains("other.test");
    }

    @Test
    void aDeployHonoursIt() {
        CliRunner.Result plan = runner().run("deploy", "--plan", "--stage", "staging");

        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(plan.out())
                .startsWith("shop-staging is not on 203.0.113.10 yet.")
                .contains("STAGE");
        assertThat(runner().run("deploy", "--plan").out()).doesNotContain("STAGE");
    }

    @Test
    void aReleaseIsPromoted() {
        host.prints("pocketpaas/1 promote shop shop-staging", 0, "+result\trelease\tv3");

        CliRunner.Result done = runner().run("promote", "--stage", "staging", "--to", "shop", "--wait", "--now");

        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.out()).startsWith("shop is deployed; v3 is live");
        assertThat(new String(host.input(0), StandardCharsets.UTF_8)).isEqualTo("options\0now\nwait\0.\0end\0");
        host.prints("pocketpaas/1 promote shop-staging shop create", 0, "+result\trelease\tv1");
        assertThat(runner().run("promote", "--to-stage", "staging", "--create").out())
                .startsWith("shop-staging is deployed; v1 is live");
    }

    @Test
    void whatIsNotPromoted() {
        assertThat(runner().run("promote").err()).contains("no app given that gets the release");
        assertThat(runner().run("promote", "--to", "shop").err()).contains("shop cannot be promoted to itself");
        assertThat(runner().run("promote", "--to", "a", "--to-stage", "staging").code())
                .isEqualTo(2);
        CliRunner.Result elsewhere = runner().run("promote", "--to-stage", "europe");
        assertThat(elsewhere.code()).isEqualTo(4);
        assertThat(elsewhere.err())
                .contains(
                        "the stage europe is on the host 198.51.100.7",
                        "fix: deploy it there: pocketpaas deploy --stage europe");
        assertThat(host.asked()).isEmpty();
    }
}
