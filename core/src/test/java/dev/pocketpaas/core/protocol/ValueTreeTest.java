package dev.pocketpaas.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTreeTest {
    @Test
    void hasOneWireForm() {
        ValueTree tree = ValueTree.builder().put("b/x", "2").put("a", "1\n").build();

        assertThat(new String(tree.toBytes(), StandardCharsets.UTF_8)).isEqualTo("a\0" + "1\n\0b/x\0" + "2\0.\0end\0");
    }

    @Test
    void comesBackByteForByte() throws IOException {
        byte[] everyByte = new byte[255];
        for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) (i + 1);
        }
        ValueTree tree = ValueTree.builder()
                .put("env/EMPTY", "")
                .put("env/BYTES", everyByte)
                .put("env/PEM", "-----BEGIN\nabc\r\n-----END\n\n")
                .put("env/HUGE", "x".repeat(65536))
                .build();

        ValueTree back = ValueTree.readFrom(new ByteArrayInputStream(tree.toBytes()));

        assertThat(back).isEqualTo(tree);
        assertThat(back.bytes("env/BYTES")).contains(everyByte);
    }

    @Test
    void anAnswerThatWasCutOffIsAnError() {
        byte[] whole = ValueTree.builder().put("a", "1").build().toBytes();

        for (int length = 0; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> ValueTree.readFrom(new ByteArrayInputStream(cut)))
                    .as("cut after %d bytes", length)
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "../a", "a/../b", ".a", "a b", "a\nb", "-a", "ä", "."})
    void badPathsAreRefused(String path) {
        assertThatThrownBy(() -> ValueTree.builder().put(path, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aValueWithNulCannotTravel() {
        assertThatThrownBy(() -> ValueTree.builder().put("a", "x\0y")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsNumberedIsAListUpToTheFirstGap() {
        ValueTree.Builder tree = ValueTree.builder().put("name", "x").put("12/a", "no");
        for (int number = 1; number <= 10; number++) {
            tree.put(number + "/a", "a" + number);
        }
        assertThat(tree.build().numbered().stream().map(one -> one.text("a").orElseThrow()))
                .hasSize(10)
                .startsWith("a1", "a2")
                .endsWith("a10");
        assertThat(ValueTree.empty().numbered()).isEmpty();
    }

    @Test
    void navigates() {
        ValueTree tree = ValueTree.builder()
                .put("live", "12")
                .put("12/status", "good")
                .put("12/env/A", "1")
                .put("9/status", "good")
                .putLines("domains", List.of("a.example", "b.example"))
                .putLines("none", List.of())
                .build();

        assertThat(tree.children("")).containsExactly("12", "9", "domains", "live");
        assertThat(tree.children("12")).containsExactly("env", "status");
        assertThat(tree.under("12").text("env/A")).contains("1");
        assertThat(tree.lines("domains")).containsExactly("a.example", "b.example");
        assertThat(tree.has("none")).isFalse();
        assertThat(tree).hasToString("ValueTree[12/env/A, 12/status, 9/status, domains, live]");
    }
}
