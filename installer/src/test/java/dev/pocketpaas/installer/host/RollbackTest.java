package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which release a rollback goes back to, and to which it does not. */
class RollbackTest {
    @TempDir
    Path directory;

    private ReleaseShell shell;

    /** v1 and v2 have one image each; v3 is v2 with other variables; v4 failed; v5 is v3 again, and live. */
    @BeforeEach
    void fiveReleases() throws IOException {
        shell = new ReleaseShell(directory);
        release(1, "good", "one", "\"A=1\"");
        release(2, "good", "two", "\"A=1\"");
        release(3, "good", "two", "\"A=2\"");
        release(4, "failed", "three", "\"A=2\"");
        release(5, "good", "two", "\"A=2\"");
        for (int number = 1; number <= 5; number++) {
            seal(number);
        }
        shell.run("slot_prepare shop blue 5; slot_switch shop blue");
    }

    @Test
    void itIsTheNewestGoodOneThatDiffers() {
        assertThat(target("-")).containsExactly("2");
    }

    @Test
    void withTodaysEnvironmentOneThatDiffersByItAloneIsTheSameThing() {
        assertThat(target("-", "environment")).containsExactly("1");
    }

    @Test
    void oneWhoseImageIsGoneIsPassedOver() throws IOException {
        shell.state("apps/shop/releases/2/image", "gone");

        assertThat(target("-")).containsExactly("1");
    }

    @Test
    void oneThatIsNamedIsTakenWithOrWithoutItsLetter() {
        assertThat(target("v1")).containsExactly("1");
        assertThat(target("3")).containsExactly("3");
    }

    @Test
    void whatCannotBeGoneBackToIsRefusedWithASentence() throws IOException {
        shell.state("apps/shop/releases/1/image", "gone");

        assertThat(target("v4"))
                .containsExactly(
                        "+fail\tno-release\tv4 was never healthy, so nothing goes back to it",
                        "+hint\tsee \"pocketpaas releases\"",
                        "exit 4");
        assertThat(target("v9")).contains("+fail\tno-release\tshop has no release v9", "exit 4");
        assertThat(target("v1"))
                .contains(
                        "+fail\tno-image\tthe image of v1 is no longer on the host: only those of the newest good releases stay",
                        "exit 4");
        assertThat(target("v01")).contains("exit 2");
    }

    @Test
    void withoutAnotherGoodOneThereIsNothingToGoBackTo() throws IOException {
        for (int number = 1; number <= 3; number++) {
            shell.state("apps/shop/releases/" + number + "/status", "failed");
        }

        assertThat(target("-"))
                .contains("+fail\tno-release\tthere is no other good release of shop to go back to", "exit 4");
    }

    @Test
    void anEngineThatIsAwayIsWaitedForAndHasNoImageLessForIt() {
        String away = "image_exists() { API_STATUS=; ((++asked > 1)); }; asked=0; ";

        assertThat(run(away + "engine_await() { echo waits; }; rollback_target - 5; echo $REPLY"))
                .containsExactly("waits", "2");
        assertThat(run(away + "engine_await() { API_ERROR=silent; return 1; }; rollback_target - 5"))
                .contains("+fail\tno-engine\tthe Docker engine on the host does not answer: silent", "exit 4");
    }

    @Test
    void theVariablesThatGoBackAreNamedAndTheirValuesAreNot() throws IOException {
        shell.state("apps/shop/releases/5/env/A", "secret-2")
                .state("apps/shop/releases/5/env/SAME", "x")
                .state("apps/shop/releases/5/env/NEW", "secret-n")
                .state("apps/shop/releases/6/env/A", "secret-1")
                .state("apps/shop/releases/6/env/SAME", "x");

        assertThat(run("rollback_notes 5 6")).containsExactly("+note\tenv keys that go back: A NEW");
        assertThat(run("rollback_notes 6 6")).isEmpty();
    }

    private void release(int number, String status, String image, String environment) throws IOException {
        String bundle = "apps/shop/releases/" + number + "/";
        shell.state(bundle + "status", status)
                .state(bundle + "image", image)
                .state(bundle + "environment", environment)
                .state(bundle + "who", "ann" + number)
                .state(bundle + "processes/web/command", "run");
    }

    private void seal(int number) {
        shell.run("release_seal \"$PP_ROOT/apps/shop/releases/" + number + "\"");
    }

    private List<String> target(String wanted, String... leftOut) {
        String more = leftOut.length == 0 ? "" : leftOut[0];
        return run("rollback_target '" + wanted + "' 5 '" + more + "'; echo $REPLY");
    }

    private List<String> run(String script) {
        return shell.run(
                "image_exists() { API_STATUS=404; [[ $1 != *gone ]]; }; source \"$programs/lib/change-rollback.bash\"; "
                        + script);
    }
}
