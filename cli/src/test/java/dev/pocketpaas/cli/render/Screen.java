package dev.pocketpaas.cli.render;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a terminal shows after these bytes: enough of one for what we print (line ends, returns, erased lines, colours). */
public final class Screen {
    private static final Pattern TOKEN =
            Pattern.compile("\u001b\\[([0-9;?]*)([A-Za-z])|\r|\n|[^\u001b\r\n]", Pattern.DOTALL);

    private Screen() {}

    static List<String> of(ByteArrayOutputStream bytes, int width) {
        return of(bytes.toString(StandardCharsets.UTF_8), width);
    }

    /** The lines from the first to the last that is not empty, a line that is too wide continued below as a terminal does. */
    public static List<String> of(String text, int width) {
        List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
        int column = 0;
        Matcher tokens = TOKEN.matcher(text);
        while (tokens.find()) {
            String token = tokens.group();
            StringBuilder line = lines.get(lines.size() - 1);
            if (token.equals("\n")) {
                lines.add(new StringBuilder());
                column = 0;
            } else if (token.equals("\r")) {
                column = 0;
            } else if (token.startsWith("\u001b")) {
                if (tokens.group(2).equals("K")) {
                    line.setLength(Math.min(line.length(), column));
                }
            } else {
                if (DisplayWidth.of(line.substring(0, Math.min(column, line.length())) + token) > width) {
                    line = new StringBuilder();
                    lines.add(line);
                    column = 0;
                }
                while (line.length() < column) {
                    line.append(' ');
                }
                line.replace(column, Math.min(line.length(), column + token.length()), token);
                column += token.length();
            }
        }
        while (!lines.isEmpty() && lines.get(lines.size() - 1).length() == 0) {
            lines.remove(lines.size() - 1);
        }
        return lines.stream().map(StringBuilder::toString).toList();
    }
}
