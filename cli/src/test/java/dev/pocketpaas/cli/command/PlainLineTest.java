package dev.pocketpaas.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.ScriptedHost;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.RootCommand;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/** What is read without Picocli is read as Picocli would. */
class PlainLineTest {
    private final CommandTree tree = new CommandTree(Environment.ofProcess(), new ScriptedHost());

    @Test
    void exactlyTheCommandsThatNeedAnArgumentAreIncomplete() {
        Set<String> needy = new TreeSet<>();
        each("", tree.whole(), (path, command) -> collect(path, command, needy));

        assertThat(PlainLine.INCOMPLETE).containsExactlyInAnyOrderElementsOf(needy);
    }

    @Test
    void everyOtherCommandIsTheOneThatPicocliWouldCall() {
        CommandTree other = new CommandTree(Environment.ofProcess(), new ScriptedHost());
        each("", other.whole(), this::check);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apps --json",
                "--json apps",
                "apps --host 203.0.113.10 -v",
                "-a shop -C /tmp --accept-new-host-key ps",
                "releases --app shop list"
            })
    void sharedOptionsAreThoseOfPicocli(String line) {
        RootCommand plain = new RootCommand();
        RootCommand parsed = new RootCommand();
        CommandContext context = new CommandContext(Environment.ofProcess(), parsed, new ScriptedHost());
        List<String> words = List.of(line.split(" "));
        CommandLine picocli = new CommandLine(parsed);
        for (TopLevel command : TopLevel.values()) {
            picocli.addSubcommand(command.word(), command.line(context));
        }

        assertThat(PlainLine.command(words, plain, context)).isPresent();
        picocli.parseArgs(words.toArray(String[]::new));

        assertThat(plain).usingRecursiveComparison().isEqualTo(parsed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apps --hots x",
                "apps --host",
                "apps --host=x",
                "apps --host -v",
                "apps --app a --app b",
                "apps --app ps",
                "apps @file",
                "apps --app @file",
                "apps one",
                "env set",
                "rollback v12",
                "env sett",
                "services credentials rotate",
                "services credentials rotate now",
                "services list all",
                "ps -h",
                "--json",
                "run"
            })
    void anythingElseIsLeftToPicocli(String line) {
        assertThat(tree.plain(List.of(line.split(" ")))).isEmpty();
        assertThat(tree.jsonAsked()).isFalse();
    }

    private static void each(String before, CommandLine line, BiConsumer<String, CommandLine> action) {
        line.getSubcommands().forEach((word, command) -> {
            action.accept(before + word, command);
            each(before + word + " ", command, action);
        });
    }

    private static void collect(String path, CommandLine command, Set<String> needy) {
        if (command.getCommandSpec().args().stream().anyMatch(ArgSpec::required)) {
            needy.add(path);
        }
    }

    private void check(String path, CommandLine command) {
        Optional<Callable<?>> plain = tree.plain(List.of(path.split(" ")));
        if (PlainLine.INCOMPLETE.contains(path)) {
            assertThat(plain).as(path).isEmpty();
        } else {
            assertThat(plain).as(path).isPresent();
            assertThat(plain.get())
                    .as(path)
                    .hasSameClassAs(command.getCommandSpec().userObject());
        }
    }
}
