package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host has noticed is said after whatever the command says. */
class NoticesTest {
    private static final String CERTIFICATE =
            "+notice\tcertificate\tshop\tthe certificate of www.example.com (shop) expires in 5 days\tbring a new one";

    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner.Result run(String... arguments) {
        return new CliRunner(directory)
                .with(host)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .with("POCKETPAAS_APP", "shop")
                .run(arguments);
    }

    @Test
    void theyComeOnStandardErrorAndTheResultIsWhatItIs() {
        host.answers("pocketpaas/1 apps", apps())
                .beside("pocketpaas/1 apps", CERTIFICATE, "+notice\treboot\t\tthe host asks to be restarted\t");

        CliRunner.Result table = run("apps");
        assertThat(table.code()).isZero();
        assertThat(table.out()).isEqualTo("NAME  STATE\nshop  running\n");
        assertThat(table.err())
                .isEqualTo("warning: the certificate of www.example.com (shop) expires in 5 days; bring a new one\n"
                        + "warning: the host asks to be restarted\n");

        CliRunner.Result json = run("apps", "--json");
        assertThat(json.out()).contains("\"name\" : \"shop\"").doesNotContain("expires");
        assertThat(json.err()).isEqualTo(table.err());
    }

    @Test
    void anOperationThatSucceedsOrFailsIsToldFirst() {
        host.prints("pocketpaas/1 stop shop", 0, "+result\tstopped\tyes").beside("pocketpaas/1 stop shop", CERTIFICATE);
        CliRunner.Result stopped = run("stop");
        assertThat(stopped.code()).isZero();
        assertThat(stopped.err()).endsWith("expires in 5 days; bring a new one\n");

        host.prints("pocketpaas/1 stop shop", 4, "+fail\tlocked\tsomebody is at work", "+hint\twait")
                .beside("pocketpaas/1 stop shop", CERTIFICATE, "sudo: something odd");
        CliRunner.Result refused = run("stop");
        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err())
                .isEqualTo("error: somebody is at work\nfix: wait\n"
                        + "warning: the certificate of www.example.com (shop) expires in 5 days; bring a new one\n");
    }

    @Test
    void whatNobodyForesawIsNotMixedUpWithThem() {
        host.prints("pocketpaas/1 apps", 1).beside("pocketpaas/1 apps", "sudo: something odd", CERTIFICATE);

        assertThat(run("apps").err())
                .contains("       sudo: something odd\n")
                .doesNotContain("+notice")
                .endsWith("bring a new one\n");
    }

    @Test
    void onlyTheFirstFewUnlessMoreIsWanted() {
        String[] notices = new String[7];
        for (int i = 0; i < notices.length; i++) {
            notices[i] = "+notice\trenewal\tshop\ttext " + i + "\t";
        }
        host.answers("pocketpaas/1 apps", apps()).beside("pocketpaas/1 apps", notices);

        assertThat(run("apps").err())
                .contains("text 4\nwarning: and 2 more (-v shows all)\n")
                .doesNotContain("text 5");
        assertThat(run("apps", "-v").err())
                .contains("text 5\nwarning: text 6\n")
                .doesNotContain("more");
    }

    @Test
    void hostileTextMovesNoCursorAndWhatWasCutOffIsNone() {
        host.answers("pocketpaas/1 apps", apps())
                .beside(
                        "pocketpaas/1 apps",
                        "+notice\trenewal\tshop\tone\u001b[2J\u0007\tdo\u001b]0;x\u0007 it",
                        "+notice\trenewal\tsho");

        assertThat(run("apps").err()).isEqualTo("warning: one; do it\n");
    }

    private static ValueTree apps() {
        return ValueTree.builder().put("shop/state", "running").build();
    }
}
