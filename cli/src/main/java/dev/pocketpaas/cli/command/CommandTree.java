package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Environment;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Builds the command tree. To reflect on a command costs more than to run it, so only the commands whose word is on the command line are
 * made, and all of them when none is: help, completion and suggestions see the whole tree.
 */
public final class CommandTree {
    private static final int WIDTH = 100;

    private final Environment environment;
    private final RootCommand root = new RootCommand();
    private final CommandContext context;

    /** A tree whose commands act in {@code environment}. */
    public CommandTree(Environment environment, Collaborators collaborators) {
        this.environment = environment;
        this.context = new CommandContext(environment, root, collaborators);
    }

    /** Says what the host has noticed and somebody has to know, where the command that ran spoke with one. */
    public void tellNotices() {
        context.output().notices(context.notices(), root.verbose());
    }

    /** The tree that {@code arguments} need. */
    public CommandLine forArguments(Collection<String> arguments) {
        List<TopLevel> named = Arrays.stream(TopLevel.values())
                .filter(command -> arguments.contains(command.word()))
                .toList();
        return build(named.isEmpty() ? List.of(TopLevel.values()) : named);
    }

    /** The whole tree. */
    public CommandLine whole() {
        return build(List.of(TopLevel.values()));
    }

    /** Every word directly under the program. */
    public static List<String> words() {
        return Arrays.stream(TopLevel.values()).map(TopLevel::word).toList();
    }

    /** Whether the version is asked for, once the command line has been parsed. */
    public boolean versionAsked() {
        return root.version();
    }

    /** Whether results are wanted as JSON, once the command line has been parsed. */
    public boolean jsonAsked() {
        return root.json();
    }

    /** Whether more is wanted about what goes wrong, once the command line has been parsed. */
    public boolean verboseAsked() {
        return root.verbose();
    }

    private CommandLine build(List<TopLevel> commands) {
        CommandLine line = new CommandLine(root);
        for (TopLevel command : commands) {
            line.addSubcommand(command.make(context));
        }
        line.setOut(new PrintWriter(environment.stdout(), true, StandardCharsets.UTF_8));
        line.setUsageHelpWidth(WIDTH);
        shortenHelp(line);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                environment.colours(environment.terminals().stdout()) ? Ansi.ON : Ansi.OFF));
        return line;
    }

    // The options of every command are explained once, in the help of the program itself.
    private static void shortenHelp(CommandLine line) {
        for (CommandLine below : line.getSubcommands().values()) {
            below.getCommandSpec().usageMessage().abbreviateSynopsis(true);
            below.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, CommandTree::ownOptions);
            below.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_FOOTER, CommandTree::footer);
            shortenHelp(below);
        }
    }

    private static String ownOptions(CommandLine.Help help) {
        List<OptionSpec> own = help.commandSpec().options().stream()
                .filter(option -> !option.inherited())
                .toList();
        return help.optionListExcludingGroups(own);
    }

    private static String footer(CommandLine.Help help) {
        return help.footer() + "\nAlso: --app, --host, --json and the other options of \"pocketpaas --help\".\n";
    }
}
