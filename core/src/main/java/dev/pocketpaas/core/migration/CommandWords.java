package dev.pocketpaas.core.migration;

import java.util.List;
import java.util.stream.Collectors;

/** The words of a command as one line for a shell. */
final class CommandWords {
    private CommandWords() {}

    static String line(List<String> words) {
        return words.stream().map(CommandWords::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
