package dev.pocketpaas.cli.terminal;

import java.util.List;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.impl.DefaultParser;

/** The words of a line: blanks separate them, quotes and backslashes keep them together. */
public final class ShellWords {
    private ShellWords() {}

    /** The words of {@code line}. */
    public static List<String> of(String line) {
        String text = line.strip();
        return text.isEmpty()
                ? List.of()
                : of(new DefaultParser().parse(text, text.length(), Parser.ParseContext.ACCEPT_LINE));
    }

    /** The parser adds an empty word behind a blank at the end. */
    static List<String> of(ParsedLine line) {
        List<String> words = line.words();
        int last = words.size() - 1;
        boolean blank = last >= 0 && words.get(last).isEmpty() && line.line().matches("(?s).*\\s|");
        return List.copyOf(blank ? words.subList(0, last) : words);
    }
}
