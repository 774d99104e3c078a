package dev.pocketpaas.cli.completion;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts as text; what they do is tried in the real shells by CompletionIT. */
class CompletionScriptsTest {
    @Test
    void shellcheckHasNothingToSayOfTheScriptForBash() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "shellcheck",
                        "--norc",
                        "--shell=bash",
                        Path.of("../completions/pocketpaas.bash").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void theScriptForBashHasNothingThatTheBashOfMacOsLacks() {
        assertThat(InstalledCompletion.script("bash"))
                .doesNotContain("mapfile", "readarray", "declare -A", "local -n", "local -A", ",,}", "^^}", "&>>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void noScriptStartsTheProgramOrEvaluatesANameOfAHost(String shell) {
        List<String> code = InstalledCompletion.script(shell)
                .lines()
                .filter(line -> !line.strip().startsWith("#"))
                .toList();

        assertThat(code).noneMatch(line -> line.matches(".*\\beval\\b.*"));
        assertThat(code)
                .noneMatch(line -> line.matches(".*(\\$\\(|`|^\\s*|&& |\\|\\| |; )(pocketpaas|java|ssh|curl) .*")
                        && !line.contains("complete -c pocketpaas"));
        assertThat(InstalledCompletion.script(shell)).doesNotContain("@MODEL@", "@RULES@", "@SHARED");
    }
}
