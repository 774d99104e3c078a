package dev.pocketpaas.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.name.ServiceVersion;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WantedTest {
    @Test
    void tooLittleAndTooMuchMemoryAreToldApart() {
        assertThatThrownBy(() -> wanted(1L << 20))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining("at least 64 MB of memory");
        assertThatThrownBy(() -> wanted(999L << 40))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining("at most 512 TB of memory");
        assertThat(wanted(256L << 20).memory()).contains(256L << 20);
    }

    private static Services.Wanted wanted(long memory) {
        return new Services.Wanted(
                new ServiceName("db"), ServiceVersion.parse("postgres"), Optional.of(memory), Optional.empty());
    }
}
