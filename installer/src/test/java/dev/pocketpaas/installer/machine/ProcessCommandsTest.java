package dev.pocketpaas.installer.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessCommandsTest {
    private final Commands commands = new ProcessCommands();

    @Test
    void keepsStatusAndBothStreams() {
        Outcome outcome = commands.run(Command.of("sh", "-c", "cat; echo oops >&2; exit 3")
                .withInput("in\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(outcome).isEqualTo(new Outcome(3, "in\n", "oops\n"));
        assertThat(outcome.lastLines(1)).containsExactly("oops");
    }

    @Test
    void aProgramThatIsMissingIsNotFound() {
        assertThat(commands.run(Command.of("no-such-program-of-ours")).status()).isEqualTo(Outcome.NOT_FOUND);
    }

    @Test
    void whatTakesTooLongIsEnded() {
        Outcome outcome = commands.run(Command.of("sleep", "30").within(Duration.ofMillis(100)));
        assertThat(outcome.status()).isEqualTo(Outcome.TIMED_OUT);
    }

    @Test
    void inputThatNobodyReadsDoesNotOutlastTheLimit() {
        Command deaf = Command.of("sleep", "30").withInput(new byte[1 << 20]).within(Duration.ofMillis(100));
        assertThat(commands.run(deaf).status()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(commands.stream(deaf, line -> {}).ok()).isFalse();
    }

    @Test
    void streamsLinesAsTheyCome() {
        List<String> lines = new ArrayList<>();
        assertThat(commands.stream(Command.of("sh", "-c", "echo a; echo b >&2"), lines::add)
                        .ok())
                .isTrue();
        assertThat(lines).containsExactly("a", "b");
    }

    @Test
    void aPipelineFailsWithItsFirstFailure() {
        assertThat(commands.pipe(List.of(Command.of("printf", "x"), Command.of("cat"))))
                .isEqualTo(new Outcome(0, "x", ""));
        Outcome outcome = commands.pipe(List.of(Command.of("sh", "-c", "echo why >&2; exit 7"), Command.of("cat")));
        assertThat(outcome.status()).isEqualTo(7);
        assertThat(outcome.stderr()).isEqualTo("why\n");
    }

    @Test
    void variablesReachTheProgram() {
        assertThat(commands.run(Command.of("sh", "-c", "echo $GREETING").withVariable("GREETING", "hi there"))
                        .text())
                .isEqualTo("hi there");
    }
}
