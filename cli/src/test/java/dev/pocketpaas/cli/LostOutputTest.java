package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output that cannot be written is never success. The real full disk and the real closed pipe are in LauncherIT. */
class LostOutputTest {
    private static final String FULL = "No space left on device";

    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost()
            .answers(
                    "pocketpaas/1 apps",
                    ValueTree.builder().put("shop/state", "running").build())
            .answers("pocketpaas/1 keys list", ValueTree.empty());

    private CliRunner runner() {
        return new CliRunner(directory).with(host).with("POCKETPAAS_HOST", "203.0.113.10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"apps", "apps --json", "--help", "help apps", "completion bash", "version", "apps --help"})
    void itEndsWithAFailure(String line) {
        CliRunner.Result full = runner().losingOutput(FULL).run(line.split(" "));
        assertThat(full.code()).isEqualTo(1);
        assertThat(full.err()).contains("error: the output cannot be written: " + FULL, "fix: make room");

        CliRunner.Result left = runner().losingOutput("Broken pipe").run(line.split(" "));
        assertThat(left.code()).isEqualTo(141);
        assertThat(left.err()).isEmpty();
    }

    @Test
    void aFailureKeepsItsOwnCode() {
        assertThat(runner().losingOutput(FULL).run("nosuch").code()).isEqualTo(2);
    }

    @Test
    void aKeyWhosePrivateHalfCannotBeWrittenIsNotAdded() {
        for (String why : new String[] {FULL, "Broken pipe"}) {
            CliRunner.Result result =
                    runner().losingOutput(why).run("keys", "add", "ci", "--app", "shop", "--generate");

            assertThat(result.code()).isNotZero();
            assertThat(result.err()).contains("the private key could not be written, so no key was added");
        }
        assertThat(host.asked()).containsOnly("pocketpaas/1 keys list");
    }

    @Test
    void aKeyIsHandedOutBeforeItIsInForce() {
        host.prints("pocketpaas/1 keys add ci deploy shop", 4, "+fail\tno-app\tthere is no app shop on this host");

        CliRunner.Result result = runner().run("keys", "add", "ci", "--app", "shop", "--generate");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out()).contains("PRIVATE KEY");
        assertThat(result.err()).contains("the private key above is not in use");
    }

    @Test
    void aNameThatIsTakenIsRefusedBeforeAKeyIsShown() {
        host.answers(
                "pocketpaas/1 keys list",
                ValueTree.builder().put("ci/role", "deploy").build());

        CliRunner.Result result = runner().run("keys", "add", "ci", "--app", "shop", "--generate");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("there is another key with the name ci");
    }

    @Test
    void aFileOfThisMachineThatCannotBeWrittenIsNamed() {
        CliRunner.Result result = runner().run("init", "-C", "/proc", "--app", "shop");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("error: /proc/pocketpaas.yml cannot be used: ", "fix: check that the disk has room")
                .doesNotContain("Exception");
    }

    @Test
    void theShellStopsWhenNobodyReads() {
        CliRunner.Result result = runner().losingOutput("Broken pipe")
                .reading("apps\napps\napps\n")
                .run("shell");

        assertThat(result.code()).isEqualTo(141);
        assertThat(host.asked()).hasSize(1);
    }
}
