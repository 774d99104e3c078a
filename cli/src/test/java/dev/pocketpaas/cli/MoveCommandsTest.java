package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.nio.charset.StandardCharsets;
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
    private static final String CLAIM = "pocketpaas/1 move shop claim";

    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();
    private final List<String> claimed = new ArrayList<>();

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
        // The machine counts, whatever it was called then.
        look("phase", "passed", "peer", "old-name", "target", "machine B", "host", "machine B");
        assertThat(run("host", "move", OLD, NEXT, "--abort").err())
                .contains("these apps come back to " + OLD + ": shop");
        look("phase", "passed", "peer", NEXT);

        CliRunner.Result result = run("host", "move", OLD, NEXT, "--abort");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err())
                .contains("these apps come back to " + OLD + ": shop")
                .contains("bringing back shop from " + NEXT + " must be confirmed");
        assertThat(host.asked()).containsOnly("pocketpaas/1 apps", LOOK);
    }

    @Test
    void whatWasNeverLiveIsNamedBeforeAHostMovesAndCountsAsLeft() {
        host.answers(
                "pocketpaas/1 apps",
                ValueTree.builder().put("fresh/state", "new").build());

        for (String[] words : new String[][] {{"host", "move", OLD, NEXT}, {"host", "move", OLD, NEXT, "--finish"}}) {
            CliRunner.Result asked = run(words);
            assertThat(asked.code()).as(asked.err()).isEqualTo(4);
            assertThat(asked.err())
                    .contains("stay on " + OLD + " with their variables and volumes: fresh")
                    .contains("pocketpaas env --show --app APP --host " + OLD)
                    .contains("must be confirmed");
        }
        CliRunner.Result ended = run("host", "move", OLD, NEXT, "--finish", "--confirm", OLD);

        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.out())
                .contains("still on " + OLD + ", with all they have: fresh")
                .contains("pocketpaas destroy --app APP --host " + OLD)
                .doesNotContain("no app is left");
        host.answers("pocketpaas/1 apps", ValueTree.empty());
        assertThat(run("host", "move", OLD, NEXT, "--finish", "--confirm", OLD).out())
                .contains("no app is left on " + OLD);
        assertThat(host.asked()).containsOnly("pocketpaas/1 apps");
    }

    private static ValueTree told(String... pairs) {
        ValueTree.Builder told = ValueTree.builder();
        for (int at = 0; at < pairs.length; at += 2) {
            told.put(pairs[at], pairs[at + 1]);
        }
        return told.build();
    }

    /** What the host that serves on and the one that is said to be gone say, and what comes of it. */
    private CliRunner.Result lost(ValueTree here, ValueTree other, String... more) {
        ScriptedHost hosts = new ScriptedHost();
        hosts.answersInTurn(LOOK, here, other);
        claimed.clear();
        ((FakeSshConnection) hosts.connection()).onExactly(CLAIM, (in, out, err) -> {
            claimed.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return 0;
        });
        List<String> words = new ArrayList<>(List.of("apps", "move", "--lost", "--confirm", "shop"));
        words.addAll(List.of(more));
        return new CliRunner(directory)
                .with(hosts)
                .with("POCKETPAAS_HOST", OLD)
                .with("POCKETPAAS_APP", "shop")
                .remembers(NEXT, CliRunner.PROGRAMS)
                .run(words.toArray(String[]::new));
    }

    @Test
    void aHostIsNotLostThatIsThereAndHasTheApp() {
        ValueTree passed = told("phase", "passed", "peer", NEXT, "target", "machine B");
        for (ValueTree other : List.of(
                told("host", "machine B", "there", "yes", "live", "3"),
                told("host", "machine B", "there", "no", "renamed", "store", "renamed-id", "1"))) {
            for (String[] more : List.of(new String[0], new String[] {"--ignore-answer"})) {
                CliRunner.Result result = lost(passed, other, more);

                assertThat(result.code()).as(result.err()).isEqualTo(4);
                assertThat(result.err()).contains(NEXT + " is there, and answers: it has shop", "--finish or --abort");
                assertThat(claimed).isEmpty();
            }
        }
        ValueTree arrived = told("phase", "arrived", "peer", NEXT, "source", "machine A");
        assertThat(lost(arrived, told("host", "machine A", "live", "3")).err())
                .contains("is there, and answers", "apps move " + OLD + " --app shop --host " + NEXT);
        assertThat(claimed).isEmpty();
    }

    @Test
    void anotherMachineWhereTheLostHostWasIsIgnoredOnlyIfThatIsSaid() {
        ValueTree passed = told("phase", "passed", "peer", NEXT, "target", "machine B");
        ValueTree other = told("host", "machine C", "live", "3");

        CliRunner.Result result = lost(passed, other);

        assertThat(result.err()).contains(NEXT + " leads to another machine than the one that shop went to");
        assertThat(claimed).hasSize(1).first().asString().doesNotContain("ignore");
        lost(passed, other, "--ignore-answer");
        assertThat(claimed).hasSize(1).first().asString().contains("ignore", "yes");
    }

    @Test
    void theMachineItselfMaySayThatItHasNothing() {
        ValueTree arrived = told("phase", "arrived", "peer", NEXT, "source", "machine A");

        CliRunner.Result result = lost(arrived, told("host", "machine A", "there", "no"));

        assertThat(result.err()).contains(NEXT + " is there, and has no shop any more");
        assertThat(claimed).hasSize(1).first().asString().contains("ignore", "yes");
    }

    @Test
    void theEndOfAMoveToALostHostIsToldAsSuch() {
        ValueTree other = told("host", "machine C");
        assertThat(lost(told("phase", "passed", "peer", NEXT, "target", "machine B"), other)
                        .out())
                .contains("run the same command again", "unless the move was ended there");

        String ended = lost(told("phase", "ahead", "peer", NEXT, "target", "machine B"), other)
                .out();

        assertThat(ended)
                .contains(
                        "shop stays on " + OLD + ", and its move is over for good",
                        "pocketpaas apps move " + NEXT + " --abort --app shop --host " + OLD,
                        "pocketpaas destroy --app shop --host " + NEXT)
                .doesNotContain("run the same command again");
    }

    @Test
    void whatAnswersIsIgnoredOnlyOfALostHost() {
        CliRunner.Result result = run("apps", "move", NEXT, "--finish", "--ignore-answer");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--ignore-answer goes with --lost");
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
