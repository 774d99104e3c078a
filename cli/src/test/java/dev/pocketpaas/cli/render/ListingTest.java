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

        assertThat(listing.lines(Style.of(false)))
                .containsExactly("NAME  LAST CHANGE", "日本  wide", "e\u0301te\u0301   combined", "x     narrow");
    }

    @Test
    void columnsWithoutAnyValueAreLeftOutOfTheTableOnly() {
        Listing listing = Listing.of("a", "b").row("1", "").build();

        assertThat(listing.lines(Style.of(false))).containsExactly("A", "1");
        assertThat(Json.line(listing.objects())).isEqualTo("[{\"a\":\"1\",\"b\":\"\"}]");
    }

    @Test
    void aRowHasACellForEveryColumn() {
        assertThatThrownBy(() -> new Listing(List.of("a"), List.of(List.of("1", "2"))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
