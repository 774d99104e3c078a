package dev.pocketpaas.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class WaitingTest {
    private final List<String> told = new ArrayList<>();
    private long now;

    private Map<String, String> until(Duration timeout, List<Map<String, String>> answers) {
        Queue<Map<String, String>> left = new ArrayDeque<>(answers);
        return new Waiting(
                        Duration.ofMillis(1), () -> now += Duration.ofSeconds(1).toNanos())
                .until(timeout, left::remove, told::add);
    }

    @Test
    void itEndsWhenNothingIsLeftAndSaysEachThingOnce() {
        assertThat(until(
                        Duration.ofMinutes(1),
                        List.of(Map.of("a", "not yet"), Map.of("a", "not yet"), Map.of("a", "soon"), Map.of())))
                .isEmpty();
        assertThat(told).containsExactly("not yet", "soon");
    }

    @Test
    void itEndsWithTheTimeAndNamesWhatIsMissing() {
        assertThat(until(Duration.ofSeconds(2), List.of(Map.of("a", "one"), Map.of("a", "two"), Map.of("a", "three"))))
                .containsEntry("a", "two");
    }
}
