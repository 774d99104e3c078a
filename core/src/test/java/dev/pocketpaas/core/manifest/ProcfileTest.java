package dev.pocketpaas.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.name.ProcessType;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcfileTest {
    @Test
    void linesAreProcesses() {
        Procfile procfile =
                read("# comment\r\nweb: npm start -- --x=\"y z\"\r\n\r\nworker:node w.js; $(x)  \nrelease: migrate");

        assertThat(procfile.commands())
                .isEqualTo(
                        Map.of("web", "npm start -- --x=\"y z\"", "worker", "node w.js; $(x)", "release", "migrate"));
        assertThat(procfile.command(ProcessType.WEB)).contains("npm start -- --x=\"y z\"");
        assertThat(procfile.release()).contains("migrate");
        assertThat(procfile.warnings()).isEmpty();
    }

    @Test
    void theLastOfTwoCountsAndIsWarnedAbout() {
        Procfile procfile = read("web: a\nweb: b\n");

        assertThat(procfile.command(ProcessType.WEB)).contains("b");
        assertThat(procfile.warnings()).containsExactly("Procfile:2: \"web\" is here twice; the last one counts");
    }

    @Test
    void whatIsNoProcessIsWarnedAboutAndIgnored() {
        Procfile procfile = read("web\n web: indented\nw.b: x\nweb:\n9x: y\n\u001b[31m: z\n");

        assertThat(procfile.commands()).isEmpty();
        assertThat(procfile.warnings())
                .hasSize(6)
                .allMatch(w -> w.endsWith("is ignored"))
                .noneMatch(w -> w.contains("\u001b"));
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstType() {
        assertThat(read("\ufeffweb: a\n").commands()).isEqualTo(Map.of("web", "a"));
    }

    @Test
    void webInAnotherCaseIsFound() {
        assertThat(read("Web: a\n").misspeltWeb()).contains("Web");
        assertThat(read("worker: b\nWEB: a\n").misspeltWeb()).contains("WEB");
        assertThat(read("web: a\nWeb: b\n").misspeltWeb()).isEmpty();
        assertThat(read("webs: a\n").misspeltWeb()).isEmpty();
    }

    @Test
    void releaseInAnotherCaseIsAProcess() {
        Procfile procfile = read("Release: migrate\n");

        assertThat(procfile.release()).isEmpty();
        assertThat(procfile.warnings())
                .containsExactly("Procfile:1: \"Release\" is a process; the release command is \"release\"");
    }

    private static Procfile read(String text) {
        return Procfile.read(text.getBytes(StandardCharsets.UTF_8));
    }
}
