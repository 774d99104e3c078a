package dev.pocketpaas.cli.completion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.ScriptedHost;
import dev.pocketpaas.cli.command.CommandTree;
import dev.pocketpaas.cli.completion.LineCompletion.Candidate;
import dev.pocketpaas.cli.environment.Environment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineCompletionTest {
    private final CommandModel model =
            CommandModel.of(new CommandTree(Environment.ofProcess(), new ScriptedHost()).whole());

    /** Values that say what they are for. */
    private final LineCompletion completion = new LineCompletion(model, (values, line, begun) -> {
        String of = line.app().map(app -> "-" + app).orElse("")
                + line.host().map(host -> "-" + host).orElse("")
                + (line.shared() ? "-shared" : "");
        return List.of(new Candidate(begun + "~" + values.word() + of, "", true));
    });

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "app^|apps",
                "rel^|releases",
                "env ge^|get",
                "env get ^|~variables",
                "env get X ^|",
                "env unset A --shared ^|~variables-shared",
                "--app shop env unset A B^|B~variables-shop",
                "-a shop --host web env set ^|~assignments-shop-web",
                "env set --app=blog A=1 ^|~assignments-blog",
                "rollback ^|~releases",
                "logs --type w^|w~types",
                "logs --type=w^|--type=w~types",
                "logs --rel^|--release",
                "init host --metadata ^|open closed",
                "init host --metadata=o^|--metadata=open",
                "--transport b^|built-in",
                "deploy --branch f^|f~branches",
                "ssl add --cert ^|~files",
                "-C ^|~directories",
                "run --type ^|~types",
                "run npm ^|",
                "run -- npm -^|",
                "help env s^|set",
                "keys add ^|~nothing",
                "keys add ci ^|~files",
                "cron pause ^|~jobs",
                "runs stop ^|~runs",
                "logs --run ^|~runs",
                "exec ^|~types",
                "exec web.1 ^|",
                "services create ^|postgres mariadb mysql mongodb redis valkey",
                "services create redis ^|~nothing",
                "services credentials ^|rotate ~services",
                "services credentials rotate ^|~services",
                "services credentials rotate db --only ^|~apps",
                "completion ^|install uninstall bash zsh fish",
                "nosuch ^|",
            })
    void completes(String typed, String expected) {
        String line = typed.substring(0, typed.indexOf('^'));
        List<String> words = new ArrayList<>(Arrays.asList(line.split(" ", -1)));
        String begun = words.remove(words.size() - 1);

        assertThat(completion.complete(words, begun).stream()
                        .map(Candidate::text)
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void everyCommandIsThereWithItsDescription() {
        assertThat(completion.complete(List.of(), ""))
                .extracting(Candidate::text)
                .containsExactlyElementsOf(CommandTree.words());
        assertThat(model.all().map(CommandModel::description)).allMatch(text -> !text.isBlank());
    }

    @Test
    void everyValueSaysWhatCompletesIt() {
        // The model itself refuses labels that say nothing; words must be there where they are promised.
        assertThat(model.all()
                        .flatMap(command -> command.options().stream())
                        .filter(CommandModel.Option::isValued)
                        .map(CommandModel.Option::choice))
                .isNotEmpty()
                .allMatch(choice -> choice != null
                        && (choice.values() == Values.WORDS) == !choice.words().isEmpty());
    }
}
