package dev.pocketpaas.core.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrainTargetTest {
    @Test
    void ofAnHttpsAddressOnlyTheHostIsShown() {
        for (String secret : new String[] {
            "https://a:b@h.example:1/",
            "https://h.example:1/x/TOKEN",
            "https://h.example:1?t=a@b",
            "https://h.example:1/"
        }) {
            assertThat(DrainTarget.parse(secret)).hasToString("https://h.example:1/...");
            assertThat(DrainTarget.parse(secret).reveal()).isEqualTo(secret);
        }
        assertThat(DrainTarget.parse("https://h.example")).hasToString("https://h.example");
        assertThat(DrainTarget.parse("syslog+tls://h:6514")).hasToString("syslog+tls://h:6514");
        assertThat(DrainTarget.parse("https://u:p@h/").hasLogin()).isTrue();
        assertThat(DrainTarget.parse("https://h/u:p@h").hasLogin()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://hunter2@h/",
                "https://hunter2@",
                "https://hunter2@h/#x",
                "https://hunter2@h/a b",
                "https://hunter2@h@x/",
                "syslog://h"
            })
    void whatIsNoneIsRefusedWithoutItsSecret(String text) {
        assertThatThrownBy(() -> DrainTarget.parse(text))
                .isInstanceOf(PocketException.class)
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void headersAreLines() {
        assertThat(DrainTarget.headers("DD-API-KEY:s3cret\r\n\n X-Team :  a b \n"))
                .isEqualTo("DD-API-KEY: s3cret\nX-Team: a b\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "s3cret", "A: ", "Host: s3cret", "content-length: s3cret", "A: s3cret\na: x", "A: s3crét"})
    void headersThatDoNotFitAreRefusedWithoutTheirValues(String text) {
        assertThatThrownBy(() -> DrainTarget.headers(text))
                .isInstanceOf(PocketException.class)
                .hasMessageNotContaining("s3cr");
    }
}
