package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildLimitsTest {
    @TempDir
    Path root;

    private HostShell shell;

    @BeforeEach
    void start() {
        shell = new HostShell(root);
    }

    @Test
    void aLimitIsTheHostsElseOurs() throws IOException {
        assertThat(limit()).isEqualTo("900\n");

        setting("1200");
        assertThat(limit()).isEqualTo("1200\n");
    }

    @Test
    void aLimitThatIsNoneIsDamageAndNotOurs() throws IOException {
        for (String damaged : new String[] {"0", "x", "90 0", "-1"}) {
            setting(damaged);
            assertThat(limit()).startsWith("+fail\tstate-damaged\t").contains("host/build-timeout");
        }
    }

    @Test
    void timesAreSaidAsPeopleSayThem() {
        assertThat(shell.script(
                                "source \"$host/lib/build-steps.bash\"; for t in 900 90 6; do build_time $t; echo $REPLY; done")
                        .text())
                .isEqualTo("15 minutes\n90 seconds\n6 seconds\n");
    }

    @Test
    void theMemoryOfTheMachineIsKnown() {
        String total = shell.script("source \"$host/lib/build-steps.bash\"; build_memory_total; echo $REPLY")
                .text();

        assertThat(Integer.parseInt(total.strip())).isGreaterThan(64);
    }

    private String limit() {
        return shell.script("source \"$host/lib/build-steps.bash\"; host_number build-timeout 900 1 86400; echo $REPLY")
                .text();
    }

    private void setting(String value) throws IOException {
        Files.writeString(Files.createDirectories(root.resolve("host")).resolve("build-timeout"), value);
    }
}
