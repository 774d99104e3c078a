package dev.pocketpaas.cli.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ListingTest {
    @Test
    void columnsAreAlignedByWhatATerminalShows() {
        Listing listing = Listing.of("name", "last_change")
                .row("日本", "wide")
                .row("e\u0301te\u0301", "combined")
                .row("x", "narrow")
                .build();

        assertThat(listing.lines(Style.of(false), 0))
                .containsExactly("NAME  LAST CHANGE", "日本  wide", "e\u0301te\u0301   combined", "x     narrow");
    }

    @Test
    void columnsWithoutAnyValueAreLeftOutOfTheTableOnly() {
        Listing listing = Listing.of("a", "b").row("1", "").build();

        assertThat(listing.lines(Style.of(false), 0)).containsExactly("A", "1");
        assertThat(Json.line(listing.objects())).isEqualTo("[{\"a\":\"1\",\"b\":\"\"}]");
    }

    @Test
    void aTableFitsTheWindowAndCutsNoWord() {
        Listing listing = Listing.of("release", "change", "commit")
                .row("v2", "env set DATABASE_URL, NODE_ENV, PORT_OFFSET", "364e9417")
                .row("v1", "Sell tea", "0123abcd")
                .build();

        assertThat(listing.lines(Style.of(false), 44))
                .containsExactly(
                        "RELEASE  CHANGE                     COMMIT",
                        "v2       env set DATABASE_URL,      364e9417",
                        "         NODE_ENV, PORT_OFFSET",
                        "v1       Sell tea                   0123abcd");
        assertThat(listing.lines(Style.of(false), 0)).hasSize(3);
    }

    @Test
    void whatFitsInNoColumnsIsARecord() {
        Listing listing = Listing.of("name", "fingerprint", "apps")
                .row("ci", "SHA256:0123456789abcdefghijklmnopqrstuvwxyz", "shop blog")
                .row("ada", "SHA256:1", "")
                .build();

        assertThat(listing.lines(Style.of(false), 40))
                .containsExactly(
                        "NAME         ci",
                        "FINGERPRINT",
                        "  SHA256:0123456789abcdefghijklmnopqrstuvwxyz",
                        "APPS         shop blog",
                        "",
                        "NAME         ada",
                        "FINGERPRINT  SHA256:1");
    }

    @Test
    void nothingIsHiddenHoweverLong() {
        String paths = "/etc/a-rather-long-name/of-a-file.conf ".repeat(5).strip();
        Listing listing = Listing.of("step", "would_do").row("files", paths).build();

        assertThat(String.join(" ", listing.lines(Style.of(false), 60))).doesNotContain("…");
        assertThat(listing.lines(Style.of(false), 60)).hasSize(6).allMatch(line -> line.length() <= 60);
        assertThat(listing.lines(Style.of(false), 0)).contains("files  " + paths);
    }

    @Test
    void aRowHasACellForEveryColumn() {
        assertThatThrownBy(() -> new Listing(List.of("a"), List.of(List.of("1", "2"))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
