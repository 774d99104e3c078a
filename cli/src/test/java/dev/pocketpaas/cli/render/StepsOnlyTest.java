package dev.pocketpaas.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationEvent.Output;
import dev.pocketpaas.core.progress.OperationEvent.Step;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepsOnlyTest {
    private final List<OperationEvent> shown = new ArrayList<>();
    private final List<String> glimpsed = new ArrayList<>();
    private final Progress progress = StepsOnly.of(new Progress() {
        @Override
        public void on(OperationEvent event) {
            shown.add(event);
        }

        @Override
        public void glimpse(String text) {
            glimpsed.add(text);
        }

        @Override
        public void close() {}
    });

    @Test
    void whatGoesWellIsOneLineAStep() {
        Step start = new Step("packages", Step.State.START, "");
        Step done = new Step("packages", Step.State.DONE, "");
        progress.on(start);
        progress.on(new Output("Unpacking libperl"));
        progress.on(done);

        assertThat(shown).containsExactly(start, done);
    }

    @Test
    void whatIsPrintedIsSeenInPassing() {
        progress.on(new Step("packages", Step.State.START, ""));
        progress.on(new Output("Setting up nginx (1.22.1-9) ..."));

        assertThat(glimpsed).containsExactly("Setting up nginx (1.22.1-9) ...");
    }

    @Test
    void whatFailsShowsItsLastLinesFirst() {
        progress.on(new Step("packages", Step.State.START, ""));
        for (int i = 1; i <= 100; i++) {
            progress.on(new Output("line " + i));
        }
        progress.on(new Step("packages", Step.State.FAIL, "apt-get"));

        assertThat(shown).hasSize(32).contains(new Output("line 71"), new Output("line 100"));
        assertThat(shown)
                .doesNotContain(new Output("line 70"))
                .endsWith(new Step("packages", Step.State.FAIL, "apt-get"));
    }
}
