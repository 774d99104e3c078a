package dev.pocketpaas.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.ScriptedHost;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.render.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

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

    @ParameterizedTest
    @ValueSource(ints = {100, 80, 60})
    void noLineOfHelpIsWiderThanTheWindowAndNoWordIsBroken(int width) {
        List<String> wrong = new ArrayList<>();
        collect(tree.whole(), spec -> {
            String help = new HelpText(Style.of(false), width).of(spec);
            help.lines()
                    .filter(line -> line.length() > width)
                    .forEach(line -> wrong.add(spec.qualifiedName() + ": " + line));
            String whole = new HelpText(Style.of(false), 0).of(spec);
            if (!List.of(help.strip().split("\\s+"))
                    .equals(List.of(whole.strip().split("\\s+")))) {
                wrong.add(spec.qualifiedName() + " breaks a word");
            }
        });

        assertThat(wrong).isEmpty();
    }

    @Test
    void everyParagraphOfHelpIsOneStringAndEveryOptionAPhrase() {
        List<String> wrong = new ArrayList<>();
        collect(tree.whole(), spec -> {
            if (spec.usageMessage().description().length != 1) {
                wrong.add(spec.qualifiedName() + ": description in parts");
            }
            if (HelpText.description(spec).length() > 80) {
                wrong.add(spec.qualifiedName() + ": longer than 80: " + HelpText.description(spec));
            }
            for (String paragraph : spec.usageMessage().footer()) {
                if (!paragraph.isEmpty() && !paragraph.matches("(?s).*[.]|Example: .*|(bash|zsh|fish): .*")) {
                    wrong.add(spec.qualifiedName() + ": broken by hand: " + paragraph);
                }
            }
            spec.args().stream()
                    .filter(arg -> arg.description().length != 1 || arg.description()[0].length() > 80)
                    .forEach(arg ->
                            wrong.add(spec.qualifiedName() + " " + arg.paramLabel() + ": " + arg.description()[0]));
        });

        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TopLevel.class)
    void theWordsBelowACommandAreThoseOfTheTree(TopLevel command) {
        assertThat(named(tree.whole(), command).getSubcommands().keySet())
                .containsExactlyInAnyOrderElementsOf(command.children());
    }

    private static void collect(CommandLine line, Consumer<CommandSpec> each) {
        each.accept(line.getCommandSpec());
        line.getSubcommands().values().forEach(below -> collect(below, each));
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
