package dev.pocketpaas.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramVersionTest {
    @ParameterizedTest
    @CsvSource({
        "0.9.9, 0.10.0",
        "1.9, 1.10",
        "1.4, 1.4.1",
        "1.4.0-SNAPSHOT, 1.4.0",
        "1.3.9, 1.4.0-rc1",
        "'', 0.1.0",
        "none, 0.1"
    })
    void olderComesBeforeNewer(String older, String newer) {
        assertThat(new ProgramVersion(older)).isLessThan(new ProgramVersion(newer));
        assertThat(new ProgramVersion(newer)).isGreaterThan(new ProgramVersion(older));
    }
}
