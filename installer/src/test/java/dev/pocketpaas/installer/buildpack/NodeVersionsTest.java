package dev.pocketpaas.installer.buildpack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeVersionsTest {
    private static final Path PROGRAM = Path.of("../examples/buildpacks/node/lib/semver.pl");
    private static final String PUBLISHED =
            "0.12.5\n16.20.2\n18.1.0\n18.20.8\n20.1.3\n20.11.0\n20.11.5\n20.20.2\n21.7.3\n22.1.0\n25.9.0\n";

    @ParameterizedTest
    @CsvSource({
        "20, 20.20.2",
        "20.x, 20.20.2",
        "20.11, 20.11.5",
        "20.11.0, 20.11.0",
        "v18.1.0, 18.1.0",
        "=18.1.0, 18.1.0",
        "^20.1, 20.20.2",
        "^0.12, 0.12.5",
        "~20.11.0, 20.11.5",
        "~18, 18.20.8",
        ">=18, 22.1.0",
        ">= 16.0.0, 22.1.0",
        ">=18 <21, 20.20.2",
        ">20, 22.1.0",
        "<=20, 20.20.2",
        "18 - 20, 20.20.2",
        "16 || 18, 18.20.8",
        "21, 21.7.3",
        "*, 22.1.0",
        "'', 22.1.0",
        "lts/*, 22.1.0",
    })
    void theGreatestVersionOfTheRangeIsTakenLongTermSupportFirst(String range, String version) throws Exception {
        assertThat(run(range)).isEqualTo(version + "\n0");
    }

    @Test
    void aRangeThatNothingFitsGivesNothing() throws Exception {
        assertThat(run("20.99")).isEqualTo("0");
        assertThat(run(">25")).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource({"latest-and-greatest", "20 or 22", "$(touch canary)", "20.a"})
    void whatIsNoRangeIsRefused(String range) throws Exception {
        assertThat(run(range)).isEqualTo("2");
    }

    private static String run(String range) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("perl", PROGRAM.toString(), range).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(PUBLISHED.getBytes(StandardCharsets.UTF_8));
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return out + process.waitFor();
    }
}
