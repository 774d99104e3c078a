package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waiting for a deploy, for domains, for certificates. */
class WaitCommandTest {
    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner.Result run(String... words) {
        return new CliRunner(directory)
                .with(host)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .with("POCKETPAAS_APP", "shop")
                .run(words);
    }

    private void domains(String state, String text) {
        host.answers(
                "pocketpaas/1 show shop domains",
                ValueTree.builder().put("operator", "shop.example.com").build());
        host.answers(
                "pocketpaas/1 checkup shop",
                ValueTree.builder()
                        .put("finding/0001/area", "dns")
                        .put("finding/0001/state", state)
                        .put("finding/0001/text", text)
                        .put("finding/0001/domain", "shop.example.com")
                        .build());
    }

    @Test
    void domainsThatLeadHere() {
        domains("ok", "shop.example.com leads here");
        assertThat(run("wait", "domain", "shop.example.com")).satisfies(result -> {
            assertThat(result.code()).isZero();
            assertThat(result.out()).contains("the domains lead to the host");
        });
        assertThat(run("wait", "domain").code()).isZero();
    }

    @Test
    void domainsThatDoNotWithinTheTime() {
        domains("problem", "shop.example.com does not resolve");
        CliRunner.Result result = run("wait", "domain", "--timeout", "0s");
        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).contains("not within 0s", "does not resolve");
    }

    @Test
    void whatCannotBeWaitedFor() {
        domains("ok", "");
        assertThat(run("wait", "domain", "other.example.com").err()).contains("is not a domain of shop");
        assertThat(run("wait", "domain", "--timeout", "soon").code()).isEqualTo(2);
        assertThat(run("wait").code()).isEqualTo(2);
    }

    @Test
    void certificates() {
        ValueTree.Builder answer = ValueTree.builder().put("domains", "shop.example.com");
        host.answers("pocketpaas/1 show shop ssl", answer.build());
        assertThat(run("wait", "certificate", "shop.example.com", "--timeout", "0s")
                        .err())
                .contains("has no certificate yet");
    }

    @Test
    void aDeployThatHasEndedGivesItsCode() {
        host.prints("pocketpaas/1 attach shop", 5, "+fail\tcheck-failed\tweb does not answer");
        assertThat(run("wait", "deploy")).satisfies(result -> {
            assertThat(result.code()).isEqualTo(5);
            assertThat(result.err()).contains("web does not answer");
        });
    }

    @Test
    void noDeployIsNothingToWaitFor() {
        host.prints("pocketpaas/1 attach shop", 4, "+fail\tno-deploy\tno deploy of shop is at work");
        assertThat(run("wait", "deploy")).satisfies(result -> {
            assertThat(result.code()).isZero();
            assertThat(result.out()).contains("no deploy of shop is running");
        });
    }
}
