package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.command.CommandTree;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Interruption;
import dev.pocketpaas.cli.render.Style;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The pages that the build writes are what the command tree says. */
class HelpPagesTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource({"0, false", "80, false", "60, true"})
    void everyCommandHasThePageThatPicocliWouldMake(int columns, boolean terminal) {
        Environment environment = environment(columns, terminal);
        CommandLine whole = new CommandTree(environment, new ScriptedHost()).whole();
        List<CommandLine> commands = below(whole);

        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            List<String> words = new ArrayList<>(List.of(name.split(" ")));
            words.remove(0);
            words.add("--help");
            assertThat(HelpPages.of(words)).as(name).isPresent();
            out.reset();
            assertThat(new Cli(environment, new ScriptedHost()).run(words)).isZero();
            assertThat(out.toString(StandardCharsets.UTF_8)).as(name).isEqualTo(command.getUsageMessage());
        }
        assertThat(commands).hasSizeGreaterThan(50);
    }

    private static List<CommandLine> below(CommandLine line) {
        List<CommandLine> found = new ArrayList<>();
        line.getSubcommands().values().forEach(command -> {
            found.add(command);
            found.addAll(below(command));
        });
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void theProgramsOwnPageIsFoundByEachName(String word) {
        assertThat(new Cli(environment(0, false), new ScriptedHost()).run(List.of(word)))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: pocketpaas COMMAND [OPTIONS]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deplyo --help", "deploy --force --help", "../help --help", "deploy", "env-set --help"})
    void anythingElseHasNone(String line) {
        assertThat(HelpPages.of(List.of(line.split(" ")))).isEmpty();
    }

    @Test
    void titlesAreBoldOnATerminal() {
        assertThat(HelpPages.titled("Options:\n  --now\n", Style.of(true)))
                .isEqualTo("\u001b[1mOptions:\u001b[0m\n  --now\n");
    }

    private Environment environment(int columns, boolean terminal) {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new Environment(
                Map.of("TERM", "xterm"),
                Path.of("").toAbsolutePath(),
                InputStream.nullInputStream(),
                stream,
                stream,
                new Environment.Terminals(false, terminal || columns > 0, false, columns),
                Clock.systemUTC(),
                new Interruption());
    }
}
