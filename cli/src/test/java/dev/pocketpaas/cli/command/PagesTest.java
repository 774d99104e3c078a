package dev.pocketpaas.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

class PagesTest {
    private final Map<String, String> manual = new ManualPages("1.2.3").of(Pages.tree());

    @Test
    void everyCommandHasAManualPage() {
        assertThat(manual).containsKeys("pocketpaas.1", "pocketpaas-deploy.1", "pocketpaas-env-set.1");
        assertThat(manual.keySet()).hasSize(Pages.help(Pages.tree()).size() + 1);
        assertThat(manual.values()).allMatch(page -> page.contains("\"PocketPaaS 1.2.3\""));
    }

    @Test
    void noLineOfTextIsTakenForARequest() {
        for (Map.Entry<String, String> page : manual.entrySet()) {
            assertThat(page.getValue().lines().filter(line -> line.startsWith(".") || line.startsWith("'")))
                    .as(page.getKey())
                    .allMatch(line -> line.matches("[.](\\\\\".*|TH .*|SH .*|TP|PP|br|nh|ad l|B .*|I .*|BR .*)"));
        }
    }

    @Test
    @EnabledIf("hasGroff")
    void groffReadsEachWithoutAWarning() throws Exception {
        for (Map.Entry<String, String> page : manual.entrySet()) {
            Process groff = new ProcessBuilder("groff", "-man", "-Tutf8", "-wall", "-z")
                    .redirectErrorStream(true)
                    .start();
            groff.getOutputStream().write(page.getValue().getBytes(StandardCharsets.UTF_8));
            groff.getOutputStream().close();
            String said = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(groff.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(said).as(page.getKey()).isEmpty();
        }
    }

    static boolean hasGroff() throws Exception {
        try {
            return new ProcessBuilder("groff", "--version").start().waitFor() == 0;
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
