package dev.pocketpaas.cli.completion;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A command as completion sees it.
 *
 * @param path its words, for example {@code env set}; empty for the program itself
 * @param description its description
 * @param options its own options
 * @param arguments its arguments, in order
 * @param opaque whether everything after its first argument belongs to another program
 * @param children its subcommands, by name
 */
public record CommandModel(
        String path,
        String description,
        List<Option> options,
        List<Argument> arguments,
        boolean opaque,
        List<CommandModel> children) {

    /**
     * What a value is completed with.
     *
     * @param values the kind
     * @param words the words of {@link Values#WORDS}
     */
    public record Choice(Values values, List<String> words) {}

    /**
     * An option.
     *
     * @param names its names, the short one first
     * @param label the label of its value; empty for a flag
     * @param choice what its value is completed with; null for a flag
     * @param description its description
     */
    public record Option(
            List<String> names, String label, @Nullable Choice choice, String description) {
        /** Whether it takes a value. */
        public boolean isValued() {
            return choice != null;
        }
    }

    /**
     * An argument.
     *
     * @param label its label
     * @param choice what it is completed with
     * @param description its description
     * @param many whether any number of them may follow
     */
    public record Argument(String label, Choice choice, String description, boolean many) {}

    /** The model of the whole program. */
    public static CommandModel of(CommandLine program) {
        return of("", program);
    }

    private static CommandModel of(String path, CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        List<Option> options = spec.options().stream()
                .filter(option -> path.isEmpty() || !option.inherited())
                .filter(option -> !option.hidden())
                .map(CommandModel::option)
                .toList();
        List<Argument> arguments = spec.positionalParameters().stream()
                .sorted(Comparator.comparingInt(
                        (PositionalParamSpec spec2) -> spec2.index().min()))
                .map(CommandModel::argument)
                .toList();
        List<CommandModel> children = new ArrayList<>();
        line.getSubcommands()
                .forEach((word, below) -> children.add(of(path.isEmpty() ? word : path + " " + word, below)));
        return new CommandModel(
                path,
                spec.usageMessage().description()[0],
                options,
                arguments,
                spec.parser().stopAtPositional(),
                children);
    }

    private static Option option(OptionSpec spec) {
        List<String> names = Arrays.stream(spec.names())
                .sorted(Comparator.comparingInt(String::length))
                .toList();
        boolean valued = spec.arity().max() > 0;
        return new Option(names, valued ? spec.paramLabel() : "", valued ? choice(spec) : null, spec.description()[0]);
    }

    private static Argument argument(PositionalParamSpec spec) {
        return new Argument(
                spec.paramLabel(),
                choice(spec),
                spec.description()[0],
                spec.arity().max() > 1);
    }

    private static Choice choice(ArgSpec spec) {
        if (spec.userObject() instanceof AnnotatedElement field) {
            Completes stated = field.getAnnotation(Completes.class);
            if (stated != null) {
                return new Choice(stated.value(), List.of(stated.words()));
            }
        }
        String label = spec.paramLabel();
        if (label.contains("|")) {
            return new Choice(Values.WORDS, List.of(label.split("\\|")));
        }
        if (spec.userObject() == null) {
            // Made from the declaration of a host's setting.
            return new Choice(Values.byLabel(label).orElse(Values.NOTHING), List.of());
        }
        return new Choice(
                Values.byLabel(label)
                        .orElseThrow(() -> new IllegalStateException(
                                "\"" + label + "\" does not say what completes it; add @Completes to " + spec)),
                List.of());
    }

    /** Its last word. */
    public String word() {
        return path.substring(path.lastIndexOf(' ') + 1);
    }

    /** The subcommand {@code word}. */
    public Optional<CommandModel> child(String word) {
        return children.stream().filter(child -> child.word().equals(word)).findFirst();
    }

    /** It and everything below it. */
    public Stream<CommandModel> all() {
        return Stream.concat(Stream.of(this), children.stream().flatMap(CommandModel::all));
    }
}
