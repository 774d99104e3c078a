package dev.pocketpaas.cli;

import dev.pocketpaas.cli.command.CommandTree;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.Nearest;
import dev.pocketpaas.core.name.Printable;
import java.util.List;
import java.util.Optional;

/** The answer to a first word that is not a command. It needs no command tree. */
final class UnknownCommand {
    private static final String HELP = "\"pocketpaas --help\" lists the commands";

    private UnknownCommand() {}

    /** The failure, if {@code words} are words only and none of them is a command. */
    static Optional<PocketException> in(List<String> words) {
        boolean plain = words.stream()
                .noneMatch(word -> word.isEmpty()
                        || word.startsWith("-")
                        || word.startsWith("@")
                        || CommandTree.words().contains(word));
        return plain && !words.isEmpty() ? Optional.of(of(words.get(0))) : Optional.empty();
    }

    /** The failure for {@code word}. */
    static PocketException of(String word) {
        String cure = ForeignWords.hint(word)
                .or(() -> Nearest.to(word, CommandTree.words()).map(near -> "did you mean \"" + near + "\"?"))
                .map(hint -> hint.endsWith("?") ? hint + " " + HELP : hint)
                .orElse(HELP);
        return PocketException.usage("unknown command \"" + Printable.of(word) + "\"", cure);
    }
}
