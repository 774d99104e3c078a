package dev.pocketpaas.core.environment;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The dotenv format: {@code KEY=value} lines, {@code export}, comments, single quotes and backquotes (literal, as Node's dotenv has them), double quotes
 * (escapes), all of them over several lines. Nothing is expanded: {@code $NAME} stays what it is. Messages name lines and variables, never values.
 */
public final class Dotenv {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_./:@%+,=-]+");
    private static final Pattern REFERENCE = Pattern.compile("\\$(?:[A-Za-z_]|\\{[A-Za-z_])");
    private static final String ESCAPES = "nrt\"\\$`";
    private static final String ESCAPED = "\n\r\t\"\\$`";

    private final String file;
    private final String text;
    private int at;
    private int line = 1;

    private final SortedMap<EnvName, EnvironmentValue> values = new TreeMap<>();
    private final Map<EnvName, Integer> lines = new TreeMap<>();
    private final @Nullable Map<String, String> foreign;
    private final List<String> notes = new ArrayList<>();

    private Dotenv(String file, String text, @Nullable Map<String, String> foreign) {
        this.file = file;
        this.text = text;
        this.foreign = foreign;
    }

    /**
     * Reads {@code text}.
     *
     * @param file how the text is called in messages
     * @throws PocketException a usage error that names the line
     */
    public static ImportedVariables read(String file, String text) {
        return new Dotenv(file, lines(text), null).read();
    }

    /**
     * Reads a file that was written for another program: any name may be in it, a later line wins, and a name alone means nothing.
     *
     * @throws PocketException a usage error that names the line, where one is not of the format at all
     */
    public static Map<String, String> readForeign(String file, String text) {
        Map<String, String> found = new TreeMap<>();
        new Dotenv(file, lines(text), found).read();
        return found;
    }

    private static String lines(String text) {
        String lines = text.replace("\r\n", "\n");
        // Of a file that has no other line ends, as old Macs wrote it, they are line ends.
        return lines.indexOf('\n') < 0 ? lines.replace('\r', '\n') : lines;
    }

    /** The variables as text that {@link #read} gives back byte for byte, and that shells understand, too. */
    public static String write(SortedMap<String, Secret> variables) {
        StringBuilder out = new StringBuilder();
        variables.forEach((name, value) ->
                out.append(name).append('=').append(quoted(value.revealText())).append('\n'));
        return out.toString();
    }

    private static String quoted(String value) {
        if (BARE.matcher(value).matches()) {
            return value;
        }
        if (value.indexOf('\'') < 0 && value.indexOf('\r') < 0) {
            return "'" + value + "'";
        }
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\r') {
                out.append("\\r");
            } else if (c == '"' || c == '\\' || c == '$' || c == '`') {
                out.append('\\').append(c);
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    private ImportedVariables read() {
        skipBlank();
        while (at < text.length()) {
            entry();
            skipBlank();
        }
        return new ImportedVariables(values, notes);
    }

    /** Blanks, empty lines and comments. */
    private void skipBlank() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                at = endOfLine();
            } else if (!Character.isWhitespace(c)) {
                return;
            } else {
                take();
            }
        }
    }

    private void entry() {
        int began = line;
        int end = endOfLine();
        int equals = text.indexOf('=', at);
        if (equals < 0 || equals > end) {
            if (foreign != null && NAME.matcher(text.substring(at, end).strip()).matches()) {
                at = end;
                return;
            }
            throw wrong(
                    began,
                    "there is no \"=\"",
                    "write KEY=value; put a value of several lines in double quotes; # starts a comment");
        }
        String before = text.substring(at, equals).strip();
        if (before.startsWith("export ") || before.startsWith("export\t")) {
            before = before.substring("export".length()).strip();
        }
        // It may be a piece of a value that is not quoted as it should be, so it is not shown.
        if (!NAME.matcher(before).matches()) {
            throw wrong(
                    began,
                    "the text before \"=\" is not a valid variable name",
                    "use letters, digits and underscores; start with no digit; put a value of several lines in double quotes");
        }
        @Nullable EnvName name = foreign == null ? named(began, before) : null;
        at = equals + 1;
        while (at < end && isBlank(text.charAt(at))) {
            at++;
        }
        char first = at < text.length() ? text.charAt(at) : '\n';
        String value =
                first == '"' || first == '\'' || first == '`' ? quotedValue(began, before, first) : plainValue(end);
        if (name == null) {
            if (foreign != null) {
                foreign.put(before, value);
            }
            return;
        }
        if (first != '\'' && REFERENCE.matcher(value).find()) {
            notes.add(name + ": references ($NAME) are not expanded");
        }
        @Nullable Integer other = lines.putIfAbsent(name, began);
        if (other != null) {
            throw wrong(began, name + " is already set on line " + other, "keep one of the two lines");
        }
        values.put(name, EnvironmentValue.of(name, value));
    }

    private EnvName named(int began, String name) {
        try {
            return new EnvName(name);
        } catch (PocketException e) {
            throw wrong(began, e.what(), "remove the line");
        }
    }

    /** To the end of the line, or to a comment: a # after a blank. */
    private String plainValue(int end) {
        int from = at;
        for (int i = from; i < end; i++) {
            if (text.charAt(i) == '#' && (i == from || isBlank(text.charAt(i - 1)))) {
                at = end;
                return text.substring(from, i).strip();
            }
        }
        at = end;
        return text.substring(from, end).strip();
    }

    private String quotedValue(int began, String name, char quote) {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            char c = take();
            int escape = quote == '"' && c == '\\' && at < text.length() ? ESCAPES.indexOf(text.charAt(at)) : -1;
            if (escape >= 0) {
                at++;
                c = ESCAPED.charAt(escape);
            }
            value.append(c);
        }
        if (at == text.length()) {
            throw wrong(began, "the value of " + name + " has no closing quote", "close it with " + quote);
        }
        at++;
        int end = endOfLine();
        String rest = text.substring(at, end).strip();
        if (!rest.isEmpty() && rest.charAt(0) != '#') {
            throw wrong(
                    line,
                    "there is text after the closing quote of " + name,
                    "write a quote inside double quotes as \\\"; single quotes and backquotes cannot contain one");
        }
        at = end;
        return value.toString();
    }

    private char take() {
        char c = text.charAt(at++);
        if (c == '\n') {
            line++;
        }
        return c;
    }

    private int endOfLine() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private PocketException wrong(int where, String what, String cure) {
        return PocketException.usage(file + ", line " + where + ": " + what, cure);
    }
}
