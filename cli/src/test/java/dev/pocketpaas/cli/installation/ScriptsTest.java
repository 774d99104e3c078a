package dev.pocketpaas.cli.installation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts of the packages, which run on machines of every kind. */
class ScriptsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "src/main/launcher/pocketpaas",
                "src/dist/install.sh",
                "src/dist/npm/pocketpaas/bin/pocketpaas",
                "src/dist/deb/postinst",
                "src/dist/deb/prerm",
                "../bench/cli"
            })
    void shellcheckFindsNothing(String script) throws Exception {
        Process shellcheck = new ProcessBuilder("shellcheck", script)
                .redirectErrorStream(true)
                .start();
        String said = new String(shellcheck.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(shellcheck.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).isEmpty();
        assertThat(shellcheck.exitValue()).isZero();
        if (!script.startsWith("..")) {
            assertThat(Files.readAllLines(Path.of(script)).get(0)).isEqualTo("#!/bin/sh");
        }
    }
}
