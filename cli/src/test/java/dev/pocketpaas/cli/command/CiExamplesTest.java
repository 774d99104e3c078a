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
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The templates for CI are YAML, their scripts are scripts, and the commands in them exist with these options. */
class CiExamplesTest {
    private static final Path EXAMPLES = Path.of("../examples/ci");
    private static final List<String> FILES = List.of(
            "github/action.yml",
            "github/deploy.yml",
            "github/preview.yml",
            "gitlab/deploy.gitlab-ci.yml",
            "gitlab/preview.gitlab-ci.yml");
    private static final Set<String> SCRIPTS = Set.of("run", "before_script", "script", "after_script");
    private static final Pattern COMMAND = Pattern.compile("(?m)(?:^|[ =(])pocketpaas((?: +[^ \\n&|;#>]+)+)");

    static List<String> files() {
        return FILES;
    }

    @ParameterizedTest
    @MethodSource("files")
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
                        "deploy --wait --directory \"$DIRECTORY\" --preview \"$PREVIEW\" --comment \"$COMMENT\"",
                        "previews remove \"$PREVIEW\" --if-exists",
                        "deploy --wait --preview \"mr-$CI_MERGE_REQUEST_IID\" --comment preview.md",
                        "previews remove \"mr-$CI_MERGE_REQUEST_IID\" --if-exists",
                        "keys add pull-requests --app shop --previews-only --generate",
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
        Matcher used = Pattern.compile("(?m)uses: (\\S+)")
                .matcher(read("github/deploy.yml") + read("github/action.yml") + read("github/preview.yml"));
        while (used.find()) {
            assertThat(used.group(1)).matches("\\./.*|[^@]+@[0-9a-f]{40}");
        }
    }

    /** The scripts of the templates, and the lines that the page says to type. */
    private static List<String> scripts() throws IOException {
        List<String> scripts = new ArrayList<>();
        for (String file : FILES) {
            collect(document(file), false, scripts);
        }
        read("README.md").lines().filter(line -> line.startsWith("    ")).forEach(line -> scripts.add(line.strip()));
        return scripts;
    }

    private static void collect(Node node, boolean isScript, List<String> scripts) {
        if (node instanceof Node.Mapping mapping) {
            mapping.entries().forEach(entry -> collect(entry.value(), SCRIPTS.contains(entry.key()), scripts));
        } else if (node instanceof Node.Sequence list) {
            list.items().forEach(item -> collect(item, isScript, scripts));
        } else if (isScript) {
            scripts.add(((Node.Scalar) node).text());
        }
    }

    private static Node document(String file) throws IOException {
        return SourceDocument.yaml(file, Files.readAllBytes(EXAMPLES.resolve(file)));
    }

    private static String read(String file) throws IOException {
        return Files.readString(EXAMPLES.resolve(file));
    }
}
