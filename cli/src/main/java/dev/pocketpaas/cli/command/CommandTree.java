package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.ProgramRunner;
import dev.pocketpaas.cli.invocation.RootCommand;
import dev.pocketpaas.cli.render.Style;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/**
 * Builds the command tree. Reflection on a command costs more than running it, so only the commands named on the command line are built. When none is
 * named, all are built: help, completion and suggestions need the whole tree.
 */
public final class CommandTree {
    private static final int WIDTH = 100;

    static {
        // Picocli looks for Groovy, and finds out that it is absent by opening every jar; and it prepares converters
        // for
        // some thirty types. No option here is of one of these.
        System.setProperty("picocli.disable.closures", "true");
        System.setProperty("picocli.converters.excludes", "java[.](sql|time|net|math|nio)[.].*");
    }

    private final Environment environment;
    private final RootCommand root = new RootCommand();
    private final CommandContext context;

    /** A tree whose commands act in {@code environment}, and run no other commands. */
    public CommandTree(Environment environment, Collaborators collaborators) {
        this.environment = environment;
        this.context = new CommandContext(environment, root, collaborators);
    }

    /** The same; {@code runner} runs the commands that a command runs. */
    public CommandTree(Environment environment, Collaborators collaborators, ProgramRunner runner) {
        this.environment = environment;
        this.context = new CommandContext(environment, root, collaborators, runner);
    }

    /** Prints the notices of the host, if the command contacted one. */
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

    /** The command of a plain command line; empty if Picocli has to read it. */
    public Optional<Callable<?>> plain(List<String> words) {
        return PlainLine.command(words, root, context);
    }

    /** The whole tree. */
    public CommandLine whole() {
        return build(List.of(TopLevel.values()));
    }

    /** Every word directly under the program. */
    public static List<String> words() {
        return Arrays.stream(TopLevel.values()).map(TopLevel::word).toList();
    }

    /** Whether a command line that begins with {@code word} may contact a host. */
    public static boolean contactsHost(String word) {
        return word.startsWith("-")
                || Arrays.stream(TopLevel.values())
                        .anyMatch(command -> command.word().equals(word) && !command.isLocal());
    }

    /** Prints the version. */
    public void tellVersion() {
        new VersionCommand(context).tellShort();
    }

    /** Whether {@code --version} was given, once the command line has been parsed. */
    public boolean versionAsked() {
        return root.version();
    }

    /** Whether {@code --json} was given, once the command line has been parsed. */
    public boolean jsonAsked() {
        return root.json();
    }

    /** Whether {@code --verbose} was given, once the command line has been parsed. */
    public boolean verboseAsked() {
        return root.verbose();
    }

    private CommandLine build(List<TopLevel> commands) {
        CommandLine line = new CommandLine(root);
        for (TopLevel command : commands) {
            line.addSubcommand(command.line(context));
        }
        line.setOut(new PrintWriter(environment.stdout(), true, StandardCharsets.UTF_8));
        new HelpText(style(), helpWidth(environment)).explain(line);
        return line;
    }

    private Style style() {
        return Style.of(environment.colours(environment.terminals().stdout()));
    }

    /** The width of help: the window's, but no longer lines than people like to read. */
    public static int helpWidth(Environment environment) {
        int columns = environment.columns(environment.terminals().stdout());
        return columns == 0 ? WIDTH : Math.min(columns, WIDTH);
    }

    /** Whether there is a command {@code child} below {@code word}. */
    public static boolean has(String word, String child) {
        return Arrays.stream(TopLevel.values())
                .filter(command -> command.word().equals(word))
                .anyMatch(command -> command.children().contains(child));
    }
}
