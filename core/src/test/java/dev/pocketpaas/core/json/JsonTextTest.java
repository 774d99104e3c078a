package dev.pocketpaas.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pocketpaas.core.failure.PocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    private final ObjectMapper json = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "KEY=va\"l\\ue",
                "line\nline\r\n\ttab",
                "\b\f\u0000\u0001\u001f\u007f\u0085\u2028\u2029\ufeff\uffff",
                "@IMAGE@ & $(touch /canary) `x` ${X} 'q' </script>",
                "ünïcödé 日本語 😀",
            })
    void whatIsQuotedReadsBackAsItWas(String text) throws Exception {
        String quoted = JsonText.quote(text);

        assertThat(json.readValue(quoted, String.class)).isEqualTo(text);
        assertThat(quoted).matches("\"[ -~]*\"").doesNotContain("@", "&");
    }

    @Test
    void everyCharacterReadsBack() throws Exception {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c += c < 0x3000 ? 1 : 97) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                all.appendCodePoint(c);
            }
        }

        assertThat(json.readValue(JsonText.quote(all.toString()), String.class)).isEqualTo(all.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {0xd800, 0xdbff, 0xdc00, 0xdfff})
    void halfASurrogatePairIsRefused(int half) {
        String lone = String.valueOf((char) half);

        for (String text : new String[] {lone, "a" + lone, lone + "a", lone + lone}) {
            assertThatThrownBy(() -> JsonText.quote(text)).isInstanceOf(PocketException.class);
        }
    }
}
