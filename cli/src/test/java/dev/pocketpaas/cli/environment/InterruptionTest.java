package dev.pocketpaas.cli.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterruptionTest {
    @Test
    void theSentenceIsTheNewestAndHoldsOnlyMeanwhile() {
        Interruption interruption = new Interruption();
        interruption.answer("nobody hears this");
        assertThat(interruption.sentence()).isEmpty();

        interruption.during("first", () -> {
            assertThat(interruption.sentence()).contains("first");
            interruption.answer("second");
            assertThat(interruption.sentence()).contains("second");
            return 0;
        });

        assertThat(interruption.sentence()).isEmpty();
    }

    @Test
    void leavingEndsWithTheCodeOfAnInterruption() {
        List<Integer> codes = new ArrayList<>();

        new Interruption(codes::add).leave();

        assertThat(codes).containsExactly(130);
    }
}
