package dev.pocketpaas.cli.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void itemsAreJoinedAsInASentence() {
        assertThat(Words.joined(List.of())).isEmpty();
        assertThat(Words.joined(List.of("a"))).isEqualTo("a");
        assertThat(Words.joined(List.of("a", "b"))).isEqualTo("a and b");
        assertThat(Words.joined(List.of("a", "b", "c"))).isEqualTo("a, b and c");
    }

    @Test
    void ofManyItemsTheFirstOnesAreSaid() {
        assertThat(Words.joined(IntStream.range(0, 150).boxed().toList())).isEqualTo("0, 1, 2, 3, 4 and 145 more");
        assertThat(Words.joined(IntStream.range(0, 8).boxed().toList())).isEqualTo("0, 1, 2, 3, 4, 5, 6 and 7");
    }
}
