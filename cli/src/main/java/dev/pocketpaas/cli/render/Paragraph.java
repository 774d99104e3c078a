package dev.pocketpaas.cli.render;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Wraps text between words. A word is never broken, even if it is wider than the line. */
public final class Paragraph {
    private static final Pattern WORD = Pattern.compile("(\\s*)(\\S+)");
    private static final Pattern ENTRY = Pattern.compile("( +\\S.*?\\s{2,})\\S.*");

    private Paragraph() {}

    /**
     * The lines of {@code text}.
     *
     * @param width columns of a line; 0 for no limit
     * @param indent columns that the lines after the first begin with
     */
    public static List<String> lines(String text, int width, int indent) {
        if (width <= 0 || DisplayWidth.of(text) <= width) {
            return List.of(text);
        }
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int used = 0;
        boolean empty = true;
        Matcher words = WORD.matcher(text);
        while (words.find()) {
            int blanks = DisplayWidth.of(words.group(1));
            int word = DisplayWidth.of(words.group(2));
            if (!empty && used + blanks > indent && used + blanks + word > width) {
                lines.add(line.toString());
                line.setLength(0);
                line.append(" ".repeat(indent)).append(words.group(2));
                used = indent + word;
            } else {
                line.append(words.group());
                used += blanks + word;
            }
            empty = false;
        }
        lines.add(line.toString());
        return lines;
    }

    /** The lines of an entry such as {@code "  --force   Build again."}, whose description wraps in its own column. */
    public static List<String> entry(String text, int width) {
        if (width <= 0 || DisplayWidth.of(text) <= width) {
            return List.of(text);
        }
        Matcher entry = ENTRY.matcher(text);
        if (!entry.matches()) {
            return lines(text, width, text.length() - text.stripLeading().length());
        }
        int column = DisplayWidth.of(entry.group(1));
        if (column <= width / 2) {
            return lines(text, width, column);
        }
        int deeper = text.length() - text.stripLeading().length() + 4;
        List<String> lines = new ArrayList<>(List.of(entry.group(1).stripTrailing()));
        lines.addAll(lines(" ".repeat(deeper) + text.substring(entry.end(1)), width, deeper));
        return lines;
    }
}
