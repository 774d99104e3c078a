package dev.pocketpaas.cli;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.Nearest;
import dev.pocketpaas.core.name.Printable;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Explains what is wrong with a command line and suggests a fix. */
final class UsageProblem {
    private UsageProblem() {}

    static PocketException of(ParameterException problem) {
        CommandLine command = problem.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String help = "\"" + name + " --help\" explains it";
        if (problem instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            return unknown(command, unmatched.getUnmatched().get(0));
        }
        return usage(sentence(String.valueOf(problem.getMessage())), help);
    }

    private static PocketException unknown(CommandLine command, String word) {
        String name = command.getCommandSpec().qualifiedName();
        boolean option = word.startsWith("-");
        if (!option && command.getParent() == null) {
            return UnknownCommand.of(word);
        }
        boolean group = !option && !command.getSubcommands().isEmpty();
        Optional<String> foreign = option ? ForeignWords.option(name, word.replaceFirst("=.*", "")) : Optional.empty();
        Collection<String> known = option
                ? command.getCommandSpec().optionsMap().keySet()
                : command.getSubcommands().keySet();
        String help =
                "\"" + name + " --help\" lists " + (option ? "its options" : group ? "the commands" : "its arguments");
        String cure = foreign.or(() -> option || group
                        ? Nearest.to(word, known).map(near -> "did you mean \"" + near + "\"?")
                        : Optional.empty())
                .map(hint -> hint.endsWith("?") ? hint + " " + help : hint)
                .orElse(help);
        String kind = option ? "option" : group ? "command" : "argument";
        return usage("unknown " + kind + " \"" + Printable.of(word) + "\"", cure);
    }

    private static PocketException usage(String what, String cure) {
        return new PocketException(ExitCode.USAGE, what, List.of(), cure, null);
    }

    private static String sentence(String message) {
        String line = message.lines().findFirst().orElse("wrong arguments");
        String bare = line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
        return bare.isEmpty() ? bare : Character.toLowerCase(bare.charAt(0)) + bare.substring(1);
    }
}
