package dev.pocketpaas.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TerminalTextTest {
    static Arguments[] texts() {
        return new Arguments[] {
            Arguments.of("plain\ttext ä 日本", "plain\ttext ä 日本", "plain\ttext ä 日本"),
            Arguments.of("\u001b[32mok\u001b[0m", "ok", "\u001b[32mok\u001b[0m\u001b[0m"),
            Arguments.of("a\u001b[2J\u001b[1;1Hb", "ab", "ab"),
            Arguments.of("\u001b]0;title\u0007x", "x", "x"),
            Arguments.of("\u001b]8;;http://evil\u001b\\x", "x", "x"),
            Arguments.of("a\rb\u0008c\u0007", "abc", "abc"),
            Arguments.of("end\u001b", "end", "end"),
            Arguments.of("\u001bc\u001b[?1049h", "", ""),
        };
    }

    @ParameterizedTest
    @MethodSource("texts")
    void nothingThatMovesTheCursorGetsThrough(String text, String plain, String coloured) {
        assertThat(TerminalText.plain(text)).isEqualTo(plain);
        assertThat(TerminalText.coloured(text)).isEqualTo(coloured);
    }
}
