package dev.pocketpaas.core.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransferMeterTest {
    private final List<OperationEvent> events = new ArrayList<>();
    private long now = 42;
    private final TransferMeter meter = new TransferMeter("push", () -> now, events::add);

    @Test
    void aShortUploadSaysNothing() {
        at(0, 1000, 10);
        at(1.9, 2_000_000, 100);

        assertThat(events).isEmpty();
    }

    @Test
    void aLongOneSaysItsBytesAndRateOnceASecond() {
        for (double second = 0; second <= 4; second += 0.25) {
            at(second, (long) (second * 1_000_000), (int) (second * 10));
        }

        assertThat(events)
                .containsExactly(
                        new OperationEvent.Sent("push", 2_000_000, 1_000_000, 20),
                        new OperationEvent.Sent("push", 3_000_000, 1_000_000, 30),
                        new OperationEvent.Sent("push", 4_000_000, 1_000_000, 40));
    }

    @Test
    void theRateIsThatOfTheLastSeconds() {
        for (int second = 0; second <= 20; second++) {
            at(second, second <= 10 ? second * 1_000_000L : 10_000_000 + (second - 10) * 1000L, 50);
        }

        assertThat(events).last().isEqualTo(new OperationEvent.Sent("push", 10_010_000, 1000, 50));
    }

    private void at(double second, long bytes, int percent) {
        now = 42 + (long) (second * TimeUnit.SECONDS.toNanos(1));
        meter.sent(bytes, percent);
    }
}
