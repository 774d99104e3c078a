package dev.pocketpaas.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.manifest.Node;
import dev.pocketpaas.core.manifest.SourceDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The templates for CI are YAML, their scripts are scripts, and the commands in them exist with these options. */
class CiExamplesTest {
    private static final Path EXAMPLES = Path.of("../examples/ci");
    private static final Pattern COMMAND = Pattern.compile("(?m)(?:^|[ =(])pocketpaas((?: +[^ \\n&|;#>]+)+)");

    @ParameterizedTest
    @ValueSource(strings = {"github/action.yml", "github/deploy.yml", "gitlab/deploy.gitlab-ci.yml"})
    void eachIsYaml(String file) throws IOException {
        assertThat(document(file)).isInstanceOf(Node.Mapping.class);
    }

    @Test
    void theCommandsExistWithTheseOptions() throws IOException {
        List<String> found = new ArrayList<>();
        CommandLine tree = new GeneratedFiles().tree();
        for (String text : scripts()) {
            Matcher commands = COMMAND.matcher(text);
            while (commands.find()) {
                check(tree, commands.group(1).strip().split(" +"));
                found.add(commands.group(1).strip());
            }
        }
        assertThat(found)
                .contains(
                        "deploy --wait --directory \"$DIRECTORY\"",
                        "deploy --wait",
                        "keys add ci --app shop --generate");
    }

    private static void check(CommandLine tree, String[] words) {
        CommandLine at = tree;
        for (String word : words) {
            if (at.getSubcommands().containsKey(word)) {
                at = Objects.requireNonNull(at.getSubcommands().get(word));
            } else if (word.startsWith("-")) {
                assertThat(at.getCommandSpec().optionsMap().keySet())
                        .as(String.join(" ", words))
                        .contains(word);
            }
        }
        assertThat(at).as(String.join(" ", words)).isNotSameAs(tree);
    }

    @Test
    void theScriptsAreScripts() throws Exception {
        for (String text : scripts()) {
            Process shell =
                    new ProcessBuilder("sh", "-n").redirectErrorStream(true).start();
            shell.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            shell.getOutputStream().close();
            String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(shell.waitFor()).as(text + said).isZero();
        }
    }

    @Test
    void noInputIsPartOfAScript() throws IOException {
        // What a caller passes is data: an expression in a script would be program text.
        assertThat(scripts()).noneMatch(text -> text.contains("${{"));
    }

    @Test
    void whatIsUsedIsPinned() throws IOException {
        Matcher used =
                Pattern.compile("(?m)uses: (\\S+)").matcher(read("github/deploy.yml") + read("github/action.yml"));
        while (used.find()) {
            assertThat(used.group(1)).matches("\\./.*|[^@]+@[0-9a-f]{40}");
        }
    }

    /** The scripts of the templates, and the lines that the page says to type. */
    private static List<String> scripts() throws IOException {
        List<String> scripts = new ArrayList<>();
        Node.Mapping action = (Node.Mapping) document("github/action.yml");
        Node.Mapping runs = (Node.Mapping) Objects.requireNonNull(action.get("runs"));
        for (Node step : ((Node.Sequence) Objects.requireNonNull(runs.get("steps"))).items()) {
            scripts.add(text(((Node.Mapping) step).get("run")));
        }
        Node.Mapping gitlab = (Node.Mapping) document("gitlab/deploy.gitlab-ci.yml");
        Node.Mapping job = (Node.Mapping) Objects.requireNonNull(gitlab.get("deploy"));
        for (String part : List.of("before_script", "script", "after_script")) {
            for (Node line : ((Node.Sequence) Objects.requireNonNull(job.get(part))).items()) {
                scripts.add(text(line));
            }
        }
        read("README.md").lines().filter(line -> line.startsWith("    ")).forEach(line -> scripts.add(line.strip()));
        return scripts;
    }

    private static String text(Node node) {
        return ((Node.Scalar) node).text();
    }

    private static Node document(String file) throws IOException {
        return SourceDocument.yaml(file, Files.readAllBytes(EXAMPLES.resolve(file)));
    }

    private static String read(String file) throws IOException {
        return Files.readString(EXAMPLES.resolve(file));
    }
}
