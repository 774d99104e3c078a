package dev.pocketpaas.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanTimeTest {
    private final HumanTime times =
            new HumanTime(Clock.fixed(Instant.parse("2026-11-22T10:00:00Z"), ZoneId.of("Europe/Berlin")));

    @ParameterizedTest
    @CsvSource({
        "2026-11-22T10:00:00Z, 0 s ago",
        "2026-11-22T09:59:58.123456789Z, 1 s ago",
        "2026-11-22T09:58:01Z, 119 s ago",
        "2026-11-22T09:58:00Z, 2 min ago",
        "2026-11-22T10:58:00+01:00, 2 min ago",
        "2026-11-22T08:00:01Z, 119 min ago",
        "2026-11-22T08:00:00Z, 2 h ago",
        "2026-11-20T10:00:01Z, 47 h ago",
        "2026-11-20T10:00:00Z, 2 days ago",
        "2026-11-08T10:00:01Z, 13 days ago",
        // Further back, and still to come: where the reader is, with the summer time of that day.
        "2026-11-08T10:00:00Z, 2026-11-08 11:00",
        "2026-07-01T22:30:59.5Z, 2026-07-02 00:30",
        "2027-01-01T12:34:56Z, 2027-01-01 13:34",
        // The host's clock may be a little ahead.
        "2026-11-22T10:00:59Z, 0 s ago",
        "2026-11-22T10:01:01Z, 2026-11-22 11:01",
        "'', ''",
        "never, never",
        "2026-13-45T10:00:00Z, 2026-13-45T10:00:00Z",
    })
    void asPeopleReadIt(String time, String shown) {
        assertThat(times.of(time)).isEqualTo(shown);
    }
}
