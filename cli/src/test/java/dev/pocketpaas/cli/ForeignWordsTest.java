package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.command.CommandTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignWordsTest {
    private static final Pattern OURS = Pattern.compile("\"pocketpaas ([^\"]+)\"");

    @TempDir
    Path directory;

    @Test
    void whatAHintNamesExists() {
        List<String> wrong = new ArrayList<>();
        ForeignWords.all().forEach((word, hint) -> {
            Matcher command = OURS.matcher(hint);
            while (command.find()) {
                List<String> words = new ArrayList<>(
                        List.of(command.group(1).split(" -- ")[0].split(" ")));
                words.add("--help");
                CliRunner.Result result = new CliRunner(directory).run(words.toArray(String[]::new));
                if (result.code() != 0 || !result.out().startsWith("Usage: pocketpaas " + words.get(0))) {
                    wrong.add(word + ": " + hint);
                }
            }
        });

        assertThat(wrong).isEmpty();
    }

    @Test
    void noCommandOfOursIsAmongThem() {
        assertThat(ForeignWords.all().keySet()).doesNotContainAnyElementsOf(CommandTree.words());
        assertThat(ForeignWords.hint("frobnicate")).isEmpty();
        assertThat(ForeignWords.hint("env:frobnicate")).isEmpty();
    }
}
