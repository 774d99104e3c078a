package dev.pocketpaas.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.ScriptedHost;
import dev.pocketpaas.cli.environment.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class CommandTreeTest {
    private final CommandTree tree = new CommandTree(Environment.ofProcess(), new ScriptedHost());

    @ParameterizedTest
    @EnumSource(TopLevel.class)
    void aCommandMadeAloneIsTheOneOfTheWholeTree(TopLevel command) {
        CommandLine whole = tree.whole();
        CommandLine alone =
                new CommandTree(Environment.ofProcess(), new ScriptedHost()).forArguments(List.of(command.word()));

        assertThat(alone.getSubcommands().keySet()).containsExactly(command.word());
        assertThat(described(named(alone, command))).isNotEmpty().isEqualTo(described(named(whole, command)));
    }

    @Test
    void theWholeTreeHasEveryWordOfTheTable() {
        assertThat(tree.whole().getSubcommands().keySet()).containsExactlyElementsOf(CommandTree.words());
        assertThat(CommandTree.words()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void withoutAKnownWordEverythingIsThere() {
        assertThat(tree.forArguments(List.of("--help", "deplyo"))
                        .getSubcommands()
                        .keySet())
                .containsExactlyElementsOf(CommandTree.words());
    }

    @Test
    void everyCommandAndOptionSaysWhatItIsFor() {
        List<String> silent = new ArrayList<>();
        collectSilent(tree.whole(), silent);

        assertThat(silent).isEmpty();
    }

    private static void collectSilent(CommandLine line, List<String> silent) {
        String name = line.getCommandSpec().qualifiedName();
        if (line.getCommandSpec().usageMessage().description().length == 0) {
            silent.add(name);
        }
        line.getCommandSpec().args().stream()
                .filter(arg -> arg.description().length == 0)
                .forEach(arg -> silent.add(name + " " + arg.paramLabel()));
        line.getSubcommands().values().forEach(below -> collectSilent(below, silent));
    }

    private static CommandLine named(CommandLine line, TopLevel command) {
        return Objects.requireNonNull(line.getSubcommands().get(command.word()), command.word());
    }

    private static List<String> described(CommandLine line) {
        List<String> lines = new ArrayList<>();
        lines.add(line.getUsageMessage(CommandLine.Help.Ansi.OFF));
        line.getSubcommands().values().forEach(below -> lines.addAll(described(below)));
        return lines;
    }
}
