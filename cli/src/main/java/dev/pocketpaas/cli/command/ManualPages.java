package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.core.failure.ExitCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Manual pages in man(7), made from the command tree.
 *
 * @param version the version that they are of
 */
record ManualPages(String version) {
    /** Names of files with their text: one page for the program, and one for each command. */
    Map<String, String> of(CommandLine tree) {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("pocketpaas.1", program(tree));
        tree.getSubcommands().values().forEach(command -> add(pages, command));
        return pages;
    }

    private void add(Map<String, String> pages, CommandLine command) {
        pages.put(pageName(command.getCommandSpec()) + ".1", command(command));
        command.getSubcommands().values().forEach(below -> add(pages, below));
    }

    private String program(CommandLine tree) {
        CommandSpec spec = tree.getCommandSpec();
        StringBuilder page = begin(spec);
        page.append(".SH SYNOPSIS\n.B pocketpaas\n.I COMMAND\n[OPTIONS]\n");
        page.append(".SH DESCRIPTION\n")
                .append(text(HelpText.description(spec)))
                .append('\n');
        page.append(".PP\nEach command has a page of its own, for example\n.BR pocketpaas\\-deploy (1).\n");
        commands(page, tree);
        options(page, "OPTIONS OF ALL COMMANDS", spec, true);
        page.append(".SH EXIT STATUS\n");
        for (ExitCode code : ExitCode.values()) {
            entry(
                    page,
                    bold(Integer.toString(code.code())),
                    code.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        page.append(".SH ENVIRONMENT\n");
        for (EnvironmentVariable variable : EnvironmentVariable.values()) {
            entry(page, bold(variable.name()), variable.documentation().replace("`", "\""));
        }
        page.append(".SH FILES\n");
        entry(page, "pocketpaas.yml", "The manifest of an app.");
        entry(page, "~/.config/pocketpaas", "The hosts that this machine knows.");
        entry(page, "~/.local/state/pocketpaas", "Notes about hosts, and the keys of sandboxes.");
        entry(page, "~/.cache/pocketpaas", "Files that make the program start faster. They may be deleted.");
        return page.toString();
    }

    private String command(CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        StringBuilder page = begin(spec);
        page.append(".SH SYNOPSIS\n").append(bold(spec.qualifiedName()));
        page.append(text(HelpText.usage(spec))).append('\n');
        page.append(".SH DESCRIPTION\n")
                .append(text(HelpText.description(spec)))
                .append('\n');
        for (String paragraph : spec.usageMessage().footer()) {
            if (!paragraph.isEmpty()) {
                page.append(".PP\n").append(text(paragraph)).append('\n');
            }
        }
        if (!spec.positionalParameters().isEmpty()) {
            page.append(".SH ARGUMENTS\n");
            for (PositionalParamSpec argument : spec.positionalParameters()) {
                entry(page, "\\fI" + text(HelpText.label(argument)) + "\\fR", argument.description()[0]);
            }
        }
        options(page, "OPTIONS", spec, false);
        commands(page, line);
        page.append(".SH SEE ALSO\n.BR pocketpaas (1),\nfor the options that all commands share.\n");
        return page.toString();
    }

    private StringBuilder begin(CommandSpec spec) {
        String name = pageName(spec);
        return new StringBuilder()
                .append(".\\\" Made from the command tree.\n.TH ")
                .append(text(name.toUpperCase(Locale.ROOT)))
                .append(" 1 \"\" \"PocketPaaS ")
                .append(text(version))
                .append("\" \"PocketPaaS\"\n.nh\n.ad l\n.SH NAME\n")
                .append(text(name))
                .append(" \\- ")
                .append(text(HelpText.description(spec)))
                .append('\n');
    }

    private static void options(StringBuilder page, String title, CommandSpec spec, boolean all) {
        List<OptionSpec> shown = new ArrayList<>(spec.options());
        shown.removeIf(option -> option.hidden() || (option.inherited() && !all));
        if (shown.isEmpty()) {
            return;
        }
        page.append(".SH ").append(title).append('\n');
        for (OptionSpec option : shown) {
            entry(page, bold(HelpText.names(option).strip()), option.description()[0]);
        }
    }

    private static void commands(StringBuilder page, CommandLine line) {
        if (line.getSubcommands().isEmpty()) {
            return;
        }
        page.append(".SH COMMANDS\n");
        line.getSubcommands().values().forEach(below -> {
            CommandSpec spec = below.getCommandSpec();
            entry(page, bold(pageName(spec)) + "(1)", HelpText.description(spec));
        });
    }

    private static void entry(StringBuilder page, String label, String text) {
        page.append(".TP\n").append(label).append('\n').append(text(text)).append('\n');
    }

    private static String pageName(CommandSpec spec) {
        return spec.qualifiedName("-");
    }

    private static String bold(String text) {
        return "\\fB" + text(text) + "\\fR";
    }

    /** Text that is nothing but text: no request at the start of a line, no escape, no dash that breaks. */
    private static String text(String text) {
        return text.lines()
                .map(line -> line.replace("\\", "\\e").replace("-", "\\-"))
                .map(line -> line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line)
                .collect(Collectors.joining("\n.br\n"));
    }
}
