package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal is read by its JSON (systemd's "Journal JSON Format"), the same on every version; its texts for people are not. */
class JournalTest {
    private static final String FIELDS = """
            "__CURSOR":"s=1","__MONOTONIC_TIMESTAMP":"1","_BOOT_ID":"2","__REALTIME_TIMESTAMP":"1795873870112999",\
            "POCKETPAAS_TYPE":"web","POCKETPAAS_INSTANCE":"1"\
            """;

    @TempDir
    Path root;

    @Test
    void anEntryIsALine() {
        assertThat(lines("{" + FIELDS + ",\"MESSAGE\":\"caf\u00e9 \\\"quoted\\\"\"}\n"))
                .containsExactly("2026-11-28T13:51:10.112999Z\tweb.1\tcaf\u00e9 \"quoted\"");
    }

    @Test
    void theTimeIsTheOneAtWhichItWasPrinted() {
        assertThat(lines("{" + FIELDS
                        + ",\"_SOURCE_REALTIME_TIMESTAMP\":\"1795873870112903\",\"MESSAGE\":\"printed\"}\n"))
                .containsExactly("2026-11-28T13:51:10.112903Z\tweb.1\tprinted");
    }

    @Test
    void whatIsNoTextComesByteForByte() {
        // journald writes what is not printable UTF-8 as its bytes.
        assertThat(new HostShell(root)
                        .script(
                                ("{" + FIELDS + ",\"MESSAGE\":[27,91,49,109,233,0]}\n")
                                        .getBytes(StandardCharsets.UTF_8),
                                "python3 -I \"$PP_LIB/lib/journal.py\"")
                        .out())
                .endsWith('\t', 27, '[', '1', 'm', 233, 0, '\n');
    }

    @Test
    void anEmptyOneAndOneOfSeveralLines() {
        assertThat(lines("{" + FIELDS + ",\"MESSAGE\":\"\"}\n{" + FIELDS + ",\"MESSAGE\":\"a\\nb\"}\n"))
                .extracting(line -> line.substring(line.indexOf('\t')))
                .containsExactly("\tweb.1\t", "\tweb.1\ta", "\tweb.1\tb");
    }

    @Test
    void whatWasCutOffIsLeftOut() {
        assertThat(lines("{" + FIELDS + ",\"MESSAGE\":\"whole\"}\n{" + FIELDS + ",\"MESS"))
                .hasSize(1);
    }

    @Test
    void aReaderThatGoesAwayIsNoError() {
        HostShell.Result result = new HostShell(root)
                .script(
                        ("{" + FIELDS + ",\"MESSAGE\":\"x\"}\n").repeat(20_000).getBytes(StandardCharsets.UTF_8),
                        "python3 -I \"$PP_LIB/lib/journal.py\" follow | head -n 1 >/dev/null");

        assertThat(result.code()).isZero();
        assertThat(result.err()).isEmpty();
    }

    private List<String> lines(String journal) {
        HostShell.Result result = new HostShell(root)
                .script(journal.getBytes(StandardCharsets.UTF_8), "python3 -I \"$PP_LIB/lib/journal.py\"");
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        return result.text().lines().toList();
    }
}
