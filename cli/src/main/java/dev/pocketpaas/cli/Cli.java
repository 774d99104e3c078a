package dev.pocketpaas.cli;

import dev.pocketpaas.cli.command.CommandTree;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.cli.render.FailureRenderer;
import dev.pocketpaas.cli.render.Output;
import dev.pocketpaas.cli.render.Paragraph;
import dev.pocketpaas.cli.render.Style;
import dev.pocketpaas.core.failure.PocketException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** One run of the program, without the process: tests run it in-process. */
public final class Cli {
    /** Options of every command that take a value. */
    private static final Set<String> VALUED = Set.of("-a", "--app", "--host", "--stage", "-C", "--directory");

    private final Environment environment;
    private final Collaborators collaborators;
    private boolean startedNothing;

    /** A run in {@code environment}, reaching outside through {@code collaborators}. */
    public Cli(Environment environment, Collaborators collaborators) {
        this.environment = environment;
        this.collaborators = collaborators;
    }

    /** The program as users start it. */
    static Cli standard(Environment environment) {
        return new Cli(environment, new RealCollaborators());
    }

    /** Runs the program with {@code arguments} and returns the exit code. Output that cannot be written is never success. */
    public int run(List<String> arguments) {
        int code = perform(arguments);
        if (code != 0 || !environment.stdout().checkError()) {
            return code;
        }
        return LostOutput.isReaderGone(environment)
                ? LostOutput.readerGone()
                : failures(false, false).render(LostOutput.explained(environment));
    }

    private int perform(List<String> arguments) {
        if (arguments.isEmpty()) {
            return print(StartPage.TEXT);
        }
        List<String> words = helpAsOption(arguments);
        Optional<String> page = HelpPages.of(words);
        if (page.isPresent()) {
            return printPage(page.get());
        }
        if (words.get(0).equals("__train")) {
            return new Training(environment).run(words.subList(1, words.size()));
        }
        CommandTree tree = new CommandTree(
                environment, collaborators, (others, inside, ways) -> new Cli(inside, ways).run(others));
        try {
            int code = runOrExplain(tree, words);
            tree.tellNotices();
            return code;
        } finally {
            environment.stdout().flush();
            environment.stderr().flush();
        }
    }

    /** Whether the run ended before any command began. */
    boolean startedNothing() {
        return startedNothing;
    }

    private int runOrExplain(CommandTree tree, List<String> words) {
        try {
            Optional<PocketException> unknown = UnknownCommand.in(words);
            if (unknown.isPresent()) {
                startedNothing = true;
                throw unknown.get();
            }
            Optional<Callable<?>> plain = tree.plain(words);
            if (plain.isPresent()) {
                return call(plain.get());
            }
            CommandLine line = tree.forArguments(words);
            ParseResult parsed = line.parseArgs(words.toArray(String[]::new));
            return execute(tree, parsed);
        } catch (ParameterException e) {
            boolean json = words.contains("--json");
            return failures(json, false).render(UsageProblem.of(e));
        } catch (PocketException e) {
            return failures(tree.jsonAsked(), tree.verboseAsked()).render(e);
        } catch (UncheckedIOException e) {
            return failures(tree.jsonAsked(), tree.verboseAsked()).render(LocalFailure.of(e));
        } catch (Exception | LinkageError | VirtualMachineError e) {
            return failures(tree.jsonAsked(), tree.verboseAsked()).renderUnforeseen(e);
        }
    }

    private int execute(CommandTree tree, ParseResult parsed) throws Exception {
        refuseUnknown(parsed);
        if (parsed.isUsageHelpRequested() && !parsed.hasSubcommand()) {
            return print(HelpPages.root());
        }
        if (CommandLine.printHelpIfRequested(parsed)) {
            return 0;
        }
        if (tree.versionAsked()) {
            tree.tellVersion();
            return 0;
        }
        ParseResult innermost = parsed;
        while (innermost.hasSubcommand()) {
            innermost = innermost.subcommand();
        }
        Object command = innermost.commandSpec().userObject();
        if (command instanceof Callable<?> callable) {
            return call(callable);
        }
        environment.stderr().print(fitted(HelpPages.root()));
        return 2;
    }

    private static int call(Callable<?> command) throws Exception {
        return command.call() instanceof Integer code ? code : 0;
    }

    private int printPage(String text) {
        Style style = Style.of(environment.colours(environment.terminals().stdout()));
        environment.stdout().print(HelpPages.titled(fitted(text), style));
        environment.stdout().flush();
        return 0;
    }

    private int print(String text) {
        environment.stdout().print(fitted(text));
        environment.stdout().flush();
        return 0;
    }

    private String fitted(String text) {
        int width = CommandTree.helpWidth(environment);
        StringBuilder fitted = new StringBuilder();
        for (String line : text.split("\n")) {
            for (String part : Paragraph.entry(line, width)) {
                fitted.append(part).append('\n');
            }
        }
        return fitted.toString();
    }

    /** With --help picocli accepts any word; a word that is not a command is an error. */
    private static void refuseUnknown(ParseResult parsed) {
        ParseResult innermost = parsed;
        while (innermost.hasSubcommand()) {
            innermost = innermost.subcommand();
        }
        CommandLine line = innermost.commandSpec().commandLine();
        if (!innermost.unmatched().isEmpty() && !line.getSubcommands().isEmpty()) {
            throw new CommandLine.UnmatchedArgumentException(line, innermost.unmatched());
        }
    }

    /** {@code help env set} means {@code env set --help}, with or without options before it. */
    private static List<String> helpAsOption(List<String> arguments) {
        int at = 0;
        while (at < arguments.size() && arguments.get(at).startsWith("-")) {
            at += VALUED.contains(arguments.get(at)) ? 2 : 1;
        }
        if (at >= arguments.size() || !arguments.get(at).equals("help")) {
            return arguments;
        }
        List<String> words = new ArrayList<>(arguments);
        words.remove(at);
        words.add("--help");
        return words;
    }

    private FailureRenderer failures(boolean json, boolean verbose) {
        return Output.of(environment, json).failures(verbose);
    }
}
