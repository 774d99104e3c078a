package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code apps move} and {@code host move} refuse, and in which order. */
class MoveCommandsTest {
    private static final String OLD = "203.0.113.10";
    private static final String NEXT = "203.0.113.11";
    private static final String LOOK = "pocketpaas/1 move shop look";

    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner.Result run(String... arguments) {
        return new CliRunner(directory)
                .with(host)
                .with("POCKETPAAS_HOST", OLD)
                .with("POCKETPAAS_APP", "shop")
                .remembers(NEXT, CliRunner.PROGRAMS)
                .run(arguments);
    }

    private void look(String... pairs) {
        ValueTree.Builder told = ValueTree.builder();
        for (int at = 0; at < pairs.length; at += 2) {
            told.put(pairs[at], pairs[at + 1]);
        }
        host.answers(LOOK, told.build());
    }

    @Test
    void aConfirmationThatNamesSomethingElseIsAlwaysRefused() {
        for (List<String> words : List.of(
                List.of("apps", "move", NEXT),
                List.of("apps", "move", NEXT, "--finish"),
                List.of("apps", "move", NEXT, "--abort"),
                List.of("host", "move", OLD, NEXT),
                List.of("host", "move", OLD, NEXT, "--finish"),
                List.of("host", "move", OLD, NEXT, "--abort"))) {
            List<String> all = new ArrayList<>(words);
            all.addAll(List.of("--confirm", "other"));

            CliRunner.Result result = run(all.toArray(String[]::new));

            assertThat(result.code()).as(result.err()).isEqualTo(4);
            assertThat(result.err()).contains("--confirm names other");
        }
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void thatThereIsNoSuchAppIsSaidBeforeAConfirmationIsAskedFor() {
        look("there", "no");

        assertThat(run("apps", "move", NEXT).err()).contains("there is no app shop on " + OLD);
        assertThat(run("apps", "move", NEXT, "--finish").err()).contains("there is no app shop on " + OLD);
        look("there", "yes", "live", "3");
        assertThat(run("apps", "move", NEXT).err()).contains("moving shop must be confirmed");
        assertThat(host.asked()).containsOnly(LOOK);
    }

    @Test
    void whatDoesNotMoveIsNotBroughtBack() {
        look("there", "yes", "live", "3");

        CliRunner.Result result = run("apps", "move", NEXT, "--abort");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err())
                .contains("no move of shop from " + OLD + " to " + NEXT + " is under way")
                .doesNotContain("run the same command again");
        assertThat(host.asked()).containsOnly(LOOK);
    }

    @Test
    void aHostsAppsComeBackOnlyFromTheHostThatIsNamedAndAreNamedBefore() {
        host.answers(
                "pocketpaas/1 apps",
                ValueTree.builder().put("shop/state", "moved to " + NEXT).build());
        look("phase", "passed", "peer", "203.0.113.12");
        assertThat(run("host", "move", OLD, NEXT, "--abort", "--confirm", OLD).err())
                .contains("no app of " + OLD + " moves to " + NEXT);
        look("phase", "arrived", "peer", NEXT);
        assertThat(run("host", "move", OLD, NEXT, "--abort", "--confirm", OLD).err())
                .contains("no app of " + OLD + " moves to " + NEXT);
        look("phase", "passed", "peer", NEXT);

        CliRunner.Result result = run("host", "move", OLD, NEXT, "--abort");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err())
                .contains("these apps come back to " + OLD + ": shop")
                .contains("bringing back shop from " + NEXT + " must be confirmed");
        assertThat(host.asked()).containsOnly("pocketpaas/1 apps", LOOK);
    }

    @Test
    void namesOfAnAppThatWasNotMovedAreNotToLeadElsewhere() {
        host.answers(
                "pocketpaas/1 apps",
                ValueTree.builder().put("shop/state", "running").build());
        look("there", "yes", "live", "3", "names", "shop.example.com");

        CliRunner.Result result = run("host", "move", OLD, NEXT, "--finish", "--confirm", OLD);

        assertThat(result.err())
                .contains("shop was not moved to " + NEXT + " yet")
                .doesNotContain("DNS");
    }
}
