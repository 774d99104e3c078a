package dev.pocketpaas.cli.command.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.environment.Interruption;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationEvent.Step;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MoveListenerTest {
    @Test
    void whoLeavesWhileTheAppIsStoppedIsToldThatItStartsAgain() {
        Interruption interruption = new Interruption(code -> {});
        List<OperationEvent> shown = new ArrayList<>();

        interruption.during("", () -> {
            MoveListener listener = new MoveListener(interruption, AppName.parse("shop"), "web1", "web2", shown::add);
            assertThat(interruption.sentence()).contains(MoveListener.INTERRUPTED);
            listener.on(new Step("move-close", Step.State.START, "shop"));
            assertThat(interruption.sentence().orElseThrow())
                    .contains("shop may be stopped now: it starts again by itself within a minute", "web1", "web2");
            listener.on(new Step("move-close", Step.State.DONE, ""));
            assertThat(interruption.sentence().orElseThrow()).contains("may be stopped now");
            listener.on(new Step("move-open", Step.State.DONE, ""));
            assertThat(interruption.sentence()).contains(MoveListener.INTERRUPTED);
            return 0;
        });

        assertThat(shown).hasSize(3);
    }
}
