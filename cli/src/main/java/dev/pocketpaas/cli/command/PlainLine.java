package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.RootCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Command lines of a command's words and the options that all commands share, such as {@code apps --json}. They are most of what people type, and need
 * nothing of Picocli, whose reflection takes longer than many commands. Anything else is Picocli's, above all what is wrong.
 */
final class PlainLine {
    /** Commands that do nothing without an argument of their own. */
    static final Set<String> INCOMPLETE = Set.of(
            "apps clone",
            "apps rename",
            "auth add",
            "auth remove",
            "cp",
            "cron pause",
            "cron resume",
            "cron run",
            "domains add",
            "domains default",
            "domains remove",
            "env diff",
            "backups restore",
            "eject",
            "env get",
            "host demote",
            "host drain",
            "host label",
            "host leave",
            "host promote",
            "host move",
            "host restore",
            "host resume",
            "env import",
            "env set",
            "env unset",
            "import compose",
            "import dokku",
            "import heroku",
            "keys add",
            "keys remove",
            "nginx set",
            "previews extend",
            "previews remove",
            "registries login",
            "registries remove",
            "releases log",
            "releases show",
            "run",
            "logs drain add",
            "logs drain remove",
            "runs stop",
            "services cancel",
            "services console",
            "services copy",
            "services create",
            "services credentials rotate",
            "services destroy",
            "services dump",
            "services info",
            "services link",
            "services logs",
            "services promote",
            "services restart",
            "services restore",
            "services start",
            "services stop",
            "services unlink",
            "services upgrade",
            "ssl remove",
            "wait certificate");

    private PlainLine() {}

    /** The command that {@code words} name, with their options in {@code root}; empty if the line is not plain. */
    static Optional<Callable<?>> command(List<String> words, RootCommand root, CommandContext context) {
        RootCommand tried = new RootCommand();
        List<String> path = path(words, tried);
        if (path == null || path.isEmpty() || INCOMPLETE.contains(String.join(" ", path))) {
            return Optional.empty();
        }
        @Nullable Object command = find(path, context);
        if (!(command instanceof Callable<?> callable)) {
            return Optional.empty();
        }
        path(words, root);
        return Optional.of(callable);
    }

    /** The words without the options, which go to {@code options}; null if one of them is not for this class. */
    private static @Nullable List<String> path(List<String> words, RootCommand options) {
        List<String> path = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.isEmpty() || word.startsWith("@")) {
                return null;
            }
            if (!word.startsWith("-")) {
                path.add(word);
            } else if (!options.turnOn(word)) {
                i++;
                if (i == words.size() || !isValue(words.get(i)) || !options.set(word, words.get(i))) {
                    return null;
                }
            }
        }
        return path;
    }

    /** What Picocli takes for a value as it is: no option, no file of arguments, no quotes. */
    private static boolean isValue(String word) {
        return !word.isEmpty()
                && !word.startsWith("-")
                && !word.startsWith("@")
                && !word.startsWith("\"")
                && !CommandTree.words().contains(word);
    }

    private static @Nullable Object find(List<String> path, CommandContext context) {
        Optional<TopLevel> top = Arrays.stream(TopLevel.values())
                .filter(command -> command.word().equals(path.get(0)))
                .findFirst();
        if (top.isEmpty()) {
            return null;
        }
        TopLevel.@Nullable Made made = top.get().make(context);
        for (String word : path.subList(1, path.size())) {
            made = made == null ? null : made.below().get(word);
        }
        @Nullable Object command = made == null ? null : made.command();
        // A command whose options are made from declarations comes with its line.
        return command instanceof CommandLine line ? line.getCommand() : command;
    }
}
