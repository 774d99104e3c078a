package dev.pocketpaas.core.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names as browsers ask for them (UTS #46, non-transitional): the right values are those of libidn2 and of the package idna. */
class InternationalNameTest {
    @ParameterizedTest
    @CsvSource({
        "faß.example, xn--fa-hia.example",
        "FAß.Example, xn--fa-hia.example",
        "STRAẞE.example, xn--strae-oqa.example",
        "βόλος.com, xn--nxasmm1c.com",
        "ΒΌΛΟΣ.com, xn--nxasmq6b.com",
        "ᾳ.example, xn--mxaq.example",
        "bücher.example, xn--bcher-kva.example",
        "BÜCHER。example．, xn--bcher-kva.example",
        "bu\u0308cher.example, xn--bcher-kva.example",
        "b\u00adücher.example, xn--bcher-kva.example",
        "ｓｈｏｐ.example, shop.example",
        "ﬁsch.example, fisch.example",
        "例え.テスト, xn--r8jz45g.xn--zckzah",
        "пример.рф, xn--e1afmkfd.xn--p1ai",
        "مثال.إختبار, xn--mgbh0fb.xn--kgbechtv",
        "שלום.example, xn--9dbne9b.example",
        "نامه\u200cای.com, xn--mgba3gch31f060k.com",
        "ශ්\u200dරී.com, xn--10cl1a0b660p.com",
        "💩.la, xn--ls8h.la",
        "☃\ufe0f.net, xn--n3h.net",
        "i❤.ws, xn--i-7iq.ws",
        "İstanbul.example, xn--istanbul-o0e.example",
        "*.bücher.example, *.xn--bcher-kva.example",
        "xn--fa-hia.example, xn--fa-hia.example",
    })
    void theNameThatABrowserAsksFor(String typed, String asked) {
        assertThat(Domain.parse(typed).value()).isEqualTo(asked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u200db.example",
                "a\u200cb.example",
                "👩\u200d👧.example",
                "\u0301a.example",
                "שabc.example",
                "1ش.example",
                "a\u0661ش.example",
                "⒈com.example",
                "a\ud800b.example",
                "a\ue000b.example",
                "a\ufffdb.example",
                "a b\u00fc.example",
                "a_ü.example",
                "xn--ü.example",
                "\u13a0b.example"
            })
    void whatNoBrowserAsksForIsRefused(String typed) {
        assertThatThrownBy(() -> Domain.parse(typed))
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.what()).contains("characters that a domain cannot have"));
    }

    @Test
    void whatIsTooLongOnlyOnceItIsEncoded() {
        assertThatThrownBy(() -> Domain.parse("ü".repeat(63) + ".example")).isInstanceOf(PocketException.class);
    }

    @Test
    void anUnderscoreIsNamed() {
        assertThatThrownBy(() -> Domain.parse("my_shop.example.com"))
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.what())
                            .isEqualTo("\"my_shop.example.com\" is not a valid domain: it has an underscore");
                    assertThat(e.cure()).contains("use letters, digits and hyphens, for example my-shop.example.com");
                });
    }
}
