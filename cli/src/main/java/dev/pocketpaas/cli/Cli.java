package dev.pocketpaas.cli;

import dev.pocketpaas.cli.command.Collaborators;
import dev.pocketpaas.cli.command.CommandTree;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Version;
import dev.pocketpaas.cli.render.FailureRenderer;
import dev.pocketpaas.cli.render.Output;
import dev.pocketpaas.cli.render.Style;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** One run of the program, without the process around it: tests run all of it in-process. */
public final class Cli {
    private final Environment environment;
    private final Collaborators collaborators;

    /** A run in {@code environment}, reaching outside through {@code collaborators}. */
    public Cli(Environment environment, Collaborators collaborators) {
        this.environment = environment;
        this.collaborators = collaborators;
    }

    /** The program as users start it. */
    static Cli standard(Environment environment) {
        return new Cli(environment, new RealCollaborators());
    }

    /** Does what {@code arguments} say and returns the exit code. */
    public int run(List<String> arguments) {
        List<String> words = helpAsOption(arguments);
        if (words.isEmpty() || words.equals(List.of("--help")) || words.equals(List.of("-h"))) {
            environment.stdout().print(rootHelp());
            environment.stdout().flush();
            return 0;
        }
        if (words.equals(List.of("__train"))) {
            return new Training(environment).run();
        }
        CommandTree tree = new CommandTree(environment, collaborators);
        try {
            int code = runOrExplain(tree, words);
            tree.tellNotices();
            return code;
        } finally {
            environment.stdout().flush();
            environment.stderr().flush();
        }
    }

    private int runOrExplain(CommandTree tree, List<String> words) {
        try {
            CommandLine line = tree.forArguments(words);
            ParseResult parsed = line.parseArgs(words.toArray(String[]::new));
            return execute(tree, parsed);
        } catch (ParameterException e) {
            boolean json = words.contains("--json");
            return failures(json, false).render(UsageProblem.of(e));
        } catch (PocketException e) {
            return failures(tree.jsonAsked(), tree.verboseAsked()).render(e);
        } catch (Exception | LinkageError | VirtualMachineError e) {
            return failures(tree.jsonAsked(), tree.verboseAsked()).renderUnforeseen(e);
        }
    }

    private int execute(CommandTree tree, ParseResult parsed) throws Exception {
        if (parsed.isUsageHelpRequested() && !parsed.hasSubcommand()) {
            environment.stdout().print(rootHelp());
            return 0;
        }
        if (CommandLine.printHelpIfRequested(parsed)) {
            return 0;
        }
        if (tree.versionAsked()) {
            environment.stdout().println("pocketpaas " + Version.text());
            return 0;
        }
        ParseResult innermost = parsed;
        while (innermost.hasSubcommand()) {
            innermost = innermost.subcommand();
        }
        Object command = innermost.commandSpec().userObject();
        if (command instanceof Callable<?> callable) {
            return callable.call() instanceof Integer code ? code : 0;
        }
        environment.stderr().print(rootHelp());
        return 2;
    }

    /** {@code help env set} means {@code env set --help}. */
    private static List<String> helpAsOption(List<String> arguments) {
        if (arguments.isEmpty() || !arguments.get(0).equals("help")) {
            return arguments;
        }
        List<String> words = new ArrayList<>(arguments.subList(1, arguments.size()));
        words.add("--help");
        return words;
    }

    // Made from the command tree when the program is built (a test keeps the two equal): the tree takes longer than the
    // answer.
    private static String rootHelp() {
        try (InputStream in = Objects.requireNonNull(Cli.class.getResourceAsStream("help.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FailureRenderer failures(boolean json, boolean verbose) {
        Style style = Style.of(environment.colours(environment.terminals().stderr()));
        return new Output(environment.stdout(), environment.stderr(), style, style, json).failures(verbose);
    }
}
