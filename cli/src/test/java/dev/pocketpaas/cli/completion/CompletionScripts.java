package dev.pocketpaas.cli.completion;

import dev.pocketpaas.cli.completion.CommandModel.Argument;
import dev.pocketpaas.cli.completion.CommandModel.Choice;
import dev.pocketpaas.cli.completion.CommandModel.Option;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The completion scripts: for each shell an engine that is written by hand, and a model of the commands in its own words. */
public final class CompletionScripts {
    private final CommandModel program;
    private final List<Option> shared;

    /** Scripts for {@code program}. */
    public CompletionScripts(CommandModel program) {
        this.program = program;
        this.shared = program.options();
    }

    /** The script for bash. */
    public String bash() {
        StringBuilder model = new StringBuilder();
        model.append(
                "# What may follow a command, given by its words. An option or argument is followed by the kind of its value; + means several.\n");
        model.append("__pocketpaas_model() {\n");
        model.append("    _pp_children='' _pp_options='' _pp_arguments='' _pp_opaque=''\n");
        model.append("    case $1 in\n");
        program.all().forEach(command -> {
            model.append("        '").append(command.path()).append("')\n");
            String children = children(command).collect(Collectors.joining(" "));
            line(model, "_pp_children", children);
            String options = (command.path().isEmpty() ? Stream.<Option>empty() : command.options().stream())
                    .flatMap(option -> names(option).stream())
                    .collect(Collectors.joining(" "));
            line(model, "_pp_options", options);
            line(
                    model,
                    "_pp_arguments",
                    command.arguments().stream()
                            .map(argument -> word(argument.choice()) + (argument.many() ? "+" : ""))
                            .collect(Collectors.joining(" ")));
            line(model, "_pp_opaque", command.opaque() ? "1" : "");
            model.append("            ;;\n");
        });
        model.append("    esac\n");
        model.append("    _pp_options+=' ")
                .append(shared.stream()
                        .flatMap(option -> names(option).stream())
                        .collect(Collectors.joining(" ")))
                .append("'\n}");
        return engine("engine.bash", "@MODEL@", model.toString());
    }

    /** The script for zsh. */
    public String zsh() {
        StringBuilder model = new StringBuilder();
        program.all().forEach(command -> zsh(model, command));
        return engine("engine.zsh", "@MODEL@", model.toString().stripTrailing());
    }

    /** The script for fish. */
    public String fish() {
        StringBuilder model = new StringBuilder();
        StringBuilder rules = new StringBuilder();
        program.all().forEach(command -> {
            String path = command.path();
            model.append("        case '").append(path).append("'\n");
            fishSet(model, "children", children(command).toList());
            List<Option> own = path.isEmpty() ? List.of() : command.options();
            fishSet(
                    model,
                    "valued",
                    own.stream()
                            .filter(Option::isValued)
                            .flatMap(option -> option.names().stream())
                            .toList());
            String at = "-n '__pocketpaas_at \"" + path + "\"";
            children(command)
                    .forEach(child -> rules.append("complete -c pocketpaas ")
                            .append(at)
                            .append(" 0' -a ")
                            .append(child)
                            .append(" -d ")
                            .append(fishQuoted(child.equals("help") ? HELP : description(command, child)))
                            .append('\n'));
            own.forEach(option -> rules.append("complete -c pocketpaas ")
                    .append(at)
                    .append('\'')
                    .append(fishOption(option)));
            int index = 0;
            for (Argument argument : command.arguments()) {
                rules.append("complete -c pocketpaas ")
                        .append(at)
                        .append(argument.many() ? " " + index + " more" : " " + index)
                        .append('\'')
                        .append(fishValue(argument.choice(), false))
                        .append('\n');
                index++;
            }
        });
        StringBuilder everywhere = new StringBuilder();
        shared.forEach(option ->
                everywhere.append("complete -c pocketpaas -n __pocketpaas_ours").append(fishOption(option)));
        String text = engine("engine.fish", "@MODEL@", model.toString().stripTrailing());
        text = text.replace(
                "@SHARED@",
                shared.stream()
                        .filter(Option::isValued)
                        .flatMap(option -> option.names().stream())
                        .collect(Collectors.joining(" ")));
        text = text.replace(
                "@OPAQUE@",
                program.all()
                        .filter(CommandModel::opaque)
                        .map(CommandModel::path)
                        .collect(Collectors.joining(" ")));
        return text.replace("@RULES@", (everywhere.toString() + rules).stripTrailing());
    }

    private static final String HELP = "Show the help of a command.";

    private Stream<String> children(CommandModel command) {
        Stream<String> words = command.children().stream().map(CommandModel::word);
        return command.path().isEmpty()
                ? Stream.concat(words, Stream.of("help")).sorted()
                : words;
    }

    private static String description(CommandModel command, String child) {
        return command.child(child).orElseThrow().description();
    }

    // --- bash

    private static List<String> names(Option option) {
        String kind = option.choice() == null ? "" : ":" + word(option.choice());
        return option.names().stream().map(name -> name + kind).toList();
    }

    private static void line(StringBuilder model, String variable, String value) {
        if (!value.isEmpty()) {
            model.append("            ")
                    .append(variable)
                    .append("='")
                    .append(value)
                    .append("'\n");
        }
    }

    /** The kind of value in one word, as the engines know it. */
    private static String word(Choice choice) {
        return choice.values() == Values.WORDS
                ? "words:" + String.join("|", choice.words())
                : choice.values().word();
    }

    // --- zsh

    private void zsh(StringBuilder model, CommandModel command) {
        List<String> specs = new ArrayList<>();
        (command.path().isEmpty() ? Stream.<Option>empty() : command.options().stream())
                .forEach(option -> specs.add(zshOption(option)));
        if (!command.children().isEmpty()) {
            specs.add("'(-)1: :->command'");
            specs.add("'(-)*:: :->arguments'");
        }
        int index = 1;
        for (Argument argument : command.arguments()) {
            String position = argument.many() && !command.opaque() ? "*" : "" + index;
            specs.add(zshQuoted(position + ":" + zshMessage(argument.label()) + ":" + zshAction(argument.choice())));
            index++;
        }
        if (command.opaque()) {
            specs.add("'*::: : '");
        }
        String base = "_pocketpaas"
                + (command.path().isEmpty() ? "" : "-" + command.path().replace(' ', '-'));
        model.append(command.path().isEmpty() ? base + "-commands" : base).append("() {\n");
        if (!command.children().isEmpty()) {
            model.append("    local -a commands=(\n");
            children(command)
                    .forEach(child -> model.append("        ")
                            .append(zshQuoted(
                                    child + ":" + (child.equals("help") ? HELP : description(command, child))))
                            .append('\n'));
            model.append("    )\n");
        }
        model.append("    _pocketpaas_parse ")
                .append(command.children().isEmpty() ? "''" : base)
                .append(specs.isEmpty() ? "" : " \\\n        ")
                .append(String.join(" \\\n        ", specs))
                .append("\n}\n\n");
    }

    /** The options of every command, one specification a line. */
    private String zshShared() {
        return shared.stream().map(option -> "    " + zshOption(option)).collect(Collectors.joining("\n"));
    }

    private static String zshOption(Option option) {
        String value =
                option.choice() == null ? "" : ":" + zshMessage(option.label()) + ":" + zshAction(option.choice());
        String description = "[" + escaped(option.description(), "[]\\") + "]" + value;
        if (option.names().size() == 1) {
            String name = option.names().get(0);
            return zshQuoted(name + (option.isValued() ? "=" : "") + description);
        }
        String names = option.names().stream()
                .map(name -> name + (!option.isValued() ? "" : name.startsWith("--") ? "=" : "+"))
                .collect(Collectors.joining(","));
        return zshQuoted("(" + String.join(" ", option.names()) + ")") + "{" + names + "}" + zshQuoted(description);
    }

    private static String zshMessage(String label) {
        return escaped(label.isEmpty() ? " " : label, ":\\");
    }

    private static String zshAction(Choice choice) {
        return switch (choice.values()) {
            case NOTHING -> " ";
            case WORDS -> "(" + String.join(" ", choice.words()) + ")";
            case FILES -> "_files";
            case DIRECTORIES -> "_files -/";
            // A blank first: zsh then adds no words of its own.
            default -> " _pocketpaas_values " + choice.values().word();
        };
    }

    private static String zshQuoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static String escaped(String text, String special) {
        return text.chars()
                .mapToObj(c -> (special.indexOf(c) >= 0 ? "\\" : "") + (char) c)
                .collect(Collectors.joining());
    }

    // --- fish

    private static void fishSet(StringBuilder model, String variable, List<String> words) {
        if (!words.isEmpty()) {
            model.append("            set -g __pocketpaas_")
                    .append(variable)
                    .append(' ')
                    .append(String.join(" ", words))
                    .append('\n');
        }
    }

    private static String fishOption(Option option) {
        String names = option.names().stream()
                .map(name -> name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
                .collect(Collectors.joining());
        String value = option.choice() == null ? "" : fishValue(option.choice(), true);
        return names + value + " -d " + fishQuoted(option.description()) + "\n";
    }

    private static String fishValue(Choice choice, boolean option) {
        String needs = option ? " -x" : "";
        return switch (choice.values()) {
            case NOTHING -> needs;
            case WORDS -> needs + " -a '" + String.join(" ", choice.words()) + "'";
            case FILES -> option ? " -r -F" : " -F";
            case DIRECTORIES -> needs + " -a '(__fish_complete_directories (commandline -ct) \"\")'";
            default -> needs + " -k -a '(__pocketpaas_values " + choice.values().word() + ")'";
        };
    }

    private static String fishQuoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private String engine(String name, String mark, String model) {
        UnaryOperator<String> shared = text -> text.replace("@SHARED_OPTIONS@", zshShared());
        try (InputStream in = Objects.requireNonNull(CompletionScripts.class.getResourceAsStream(name))) {
            return shared.apply(new String(in.readAllBytes(), StandardCharsets.UTF_8).replace(mark, model));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
