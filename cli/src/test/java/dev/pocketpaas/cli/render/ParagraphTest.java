package dev.pocketpaas.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ParagraphTest {
    @Test
    void breaksBetweenWordsOnly() {
        assertThat(Paragraph.lines("run pocketpaas init host root@203.0.113.10 --plan", 30, 2))
                .containsExactly("run pocketpaas init host", "  root@203.0.113.10 --plan");
        assertThat(Paragraph.lines("a https://example.com/an/address/longer/than/the/line b", 20, 0))
                .containsExactly("a", "https://example.com/an/address/longer/than/the/line", "b");
    }

    @Test
    void withoutAWidthItIsOneLine() {
        assertThat(Paragraph.lines("x ".repeat(500), 0, 0)).hasSize(1);
    }

    @Test
    void anEntrysTextGoesOnBelowItself() {
        assertThat(Paragraph.entry("  --force   Build and start again even if nothing changed.", 36))
                .containsExactly("  --force   Build and start again", "            even if nothing changed.");
        assertThat(Paragraph.entry("  --accept-new-host-key   Trust an unknown host without asking.", 40))
                .containsExactly("  --accept-new-host-key", "      Trust an unknown host without", "      asking.");
    }
}
