package dev.pocketpaas.cli;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line, and what was probably meant. */
final class UsageProblem {
    private UsageProblem() {}

    static PocketException of(ParameterException problem) {
        CommandLine command = problem.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String help = "\"" + name + " --help\" shows what there is";
        if (problem instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().get(0);
            boolean option = word.startsWith("-");
            String kind = option ? "option" : command.getSubcommands().isEmpty() ? "argument" : "command";
            List<String> near = unmatched.getSuggestions();
            return usage(
                    "unknown " + kind + " \"" + Printable.of(word) + "\"",
                    near.isEmpty() ? help : "did you mean \"" + near.get(0) + "\"? " + help);
        }
        return usage(sentence(String.valueOf(problem.getMessage())), help);
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
