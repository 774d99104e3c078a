package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.render.Paragraph;
import dev.pocketpaas.cli.render.Style;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The help of one command. Picocli's own help breaks lines inside addresses and options; this one wraps between words.
 *
 * @param width columns of a line
 */
record HelpText(Style style, int width) {
    private static final String SHARED = "Also: --app, --host, --json and the other options of \"pocketpaas --help\".";

    /** The whole text. */
    String of(CommandSpec command) {
        List<String> lines = new ArrayList<>();
        add(lines, "Usage: " + command.qualifiedName() + usage(command));
        lines.add("");
        for (String paragraph : command.usageMessage().description()) {
            add(lines, paragraph);
        }
        List<String[]> arguments = new ArrayList<>();
        for (PositionalParamSpec argument : command.positionalParameters()) {
            arguments.add(new String[] {label(argument), text(argument)});
        }
        section(lines, "Arguments", arguments);
        List<String[]> options = new ArrayList<>();
        for (OptionSpec option : command.options()) {
            if (!option.inherited() && !option.hidden()) {
                options.add(new String[] {names(option), text(option)});
            }
        }
        section(lines, "Options", options);
        List<String[]> commands = new ArrayList<>();
        command.subcommands()
                .forEach((word, below) -> commands.add(new String[] {word, description(below.getCommandSpec())}));
        section(lines, "Commands", commands);
        for (String paragraph : command.usageMessage().footer()) {
            add(lines, paragraph);
        }
        lines.add("");
        add(lines, SHARED);
        return String.join("\n", lines) + "\n";
    }

    /** The one-line description of a command. */
    static String description(CommandSpec command) {
        return command.usageMessage().description()[0];
    }

    /** How an option is written, for example {@code -n, --lines N}. */
    static String names(OptionSpec option) {
        String shown = String.join(", ", option.names());
        String indent = option.shortestName().startsWith("--") ? "    " : "";
        return indent + shown + (option.arity().max() == 0 ? "" : " " + option.paramLabel());
    }

    /** What follows the name in the usage. */
    static String usage(CommandSpec command) {
        StringBuilder text = new StringBuilder(" [OPTIONS]");
        for (PositionalParamSpec argument : command.positionalParameters()) {
            String label = label(argument);
            text.append(' ').append(argument.arity().min() == 0 ? "[" + label + "]" : label);
        }
        return text.append(command.subcommands().isEmpty() ? "" : " [COMMAND]").toString();
    }

    /** How an argument is written. */
    static String label(PositionalParamSpec argument) {
        return argument.paramLabel() + (argument.arity().max() > 1 ? "..." : "");
    }

    private static String text(ArgSpec argument) {
        return argument.description()[0];
    }

    private void section(List<String> lines, String title, List<String[]> entries) {
        if (entries.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add(style.bold(title + ":"));
        int widest = entries.stream().mapToInt(entry -> entry[0].length()).max().orElse(0);
        for (String[] entry : entries) {
            add(lines, "  " + entry[0] + " ".repeat(widest - entry[0].length() + 3) + entry[1]);
        }
    }

    private void add(List<String> lines, String text) {
        lines.addAll(Paragraph.entry(text, width));
    }

    /** Installs this help for {@code line} and its subcommands. */
    void explain(CommandLine line) {
        line.setHelpSectionKeys(List.of("text"));
        line.getHelpSectionMap().put("text", help -> of(help.commandSpec()));
        line.getSubcommands().values().forEach(this::explain);
    }
}
