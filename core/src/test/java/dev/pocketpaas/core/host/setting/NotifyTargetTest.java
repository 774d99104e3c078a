package dev.pocketpaas.core.host.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotifyTargetTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://hooks.slack.com/services/T0/B0/secret | hooks.slack.com",
                "https://me:word@chat.example.com:8443/hooks/x?token=secret#y | chat.example.com:8443",
                "HTTP://127.0.0.1:9 | 127.0.0.1:9",
                "https://example.com?secret | example.com",
                "mail -s \"Our host\" me@example.com | the command",
                "/usr/local/bin/page --token secret | the command",
                "none | none",
            })
    void noMoreThanTheHostIsSeen(String text, String shown) {
        NotifyTarget target = NotifyTarget.of(text);

        assertThat(target.shown()).isEqualTo(shown);
        assertThat(target).hasToString(shown);
        assertThat(target.value()).isEqualTo(text);
        assertThat(target.isOff()).isEqualTo(text.equals("none"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "https://",
                "https:///secret",
                "https://exa mple.com/secret",
                "https://example.com/secret\"x",
                "https://example.com/secret\\x",
                "https://example.com/sécret",
                "ftp://example.com/secret",
                "mail secret\nme",
                "mail secret\u001b[2J",
            })
    void whatCannotBeOneIsRefusedWithoutRepeatingIt(String text) {
        assertThatThrownBy(() -> NotifyTarget.of(text)).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.what()).startsWith("--notify ").doesNotContain("secret", "sécret");
            assertThat(e.cure()).isPresent();
        });
    }

    @Test
    void aNovelIsNoCommand() {
        assertThatThrownBy(() -> NotifyTarget.of("x".repeat(2001))).hasMessageContaining("at most 2000");
    }
}
