package dev.pocketpaas.core.manifest;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** YAML as people write it: nested keys, lists with dashes, quotes only where a reader could take the value for something else. */
public final class YamlText {
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z0-9/._](?:[A-Za-z0-9/._+@=,: -]*[A-Za-z0-9/._+@=,-])?");

    /** What YAML, or somebody's editor, takes for something else than text. */
    private static final Pattern OTHER =
            Pattern.compile("(?i)y|yes|n|no|on|off|true|false|null|~|[-+]?[0-9._].*" + "|[-+]?\\.(inf|nan)");

    private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,9}[smhKMGT]|[0-9]{1,9}(\\.[0-9]{1,9}){2,}");

    private YamlText() {}

    /** The text of a mapping of texts, numbers, switches, lists of those and of mappings, and mappings. */
    public static String of(Map<String, ?> mapping) {
        StringBuilder out = new StringBuilder();
        mapping.forEach((key, value) -> write(out, 0, key, value));
        return out.toString();
    }

    private static void write(StringBuilder out, int depth, String key, Object value) {
        out.append("  ".repeat(depth)).append(scalar(key)).append(':');
        if (value instanceof Map<?, ?> map && map.isEmpty()) {
            out.append(" {}\n");
        } else if (value instanceof Map<?, ?> map) {
            out.append('\n');
            map.forEach((name, below) -> write(out, depth + 1, String.valueOf(name), below));
        } else if (value instanceof List<?> list) {
            out.append('\n');
            list.forEach(item -> item(out, depth + 1, item));
        } else {
            out.append(' ').append(scalar(value)).append('\n');
        }
    }

    private static void item(StringBuilder out, int depth, Object item) {
        String begin = "  ".repeat(depth) + "- ";
        if (item instanceof Map<?, ?> map && !map.isEmpty()) {
            StringBuilder below = new StringBuilder();
            map.forEach((name, value) -> write(below, depth + 1, String.valueOf(name), value));
            out.append(begin).append(below.substring(begin.length()));
        } else {
            out.append(begin).append(item instanceof Map ? "{}" : scalar(item)).append('\n');
        }
    }

    private static String scalar(Object value) {
        String text = String.valueOf(value);
        boolean plain = !(value instanceof String)
                || AMOUNT.matcher(text).matches()
                || (PLAIN.matcher(text).matches()
                        && !OTHER.matcher(text).matches()
                        && !text.contains(": ")
                        && !text.endsWith(":"));
        return plain ? text : quoted(text);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').appendCodePoint(c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c == '\t') {
                out.append("\\t");
            } else if (c < ' ' || c > '~' && !(c <= Character.MAX_VALUE && Character.isLetterOrDigit(c))) {
                out.append(c > Character.MAX_VALUE ? String.format("\\U%08x", c) : String.format("\\u%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.append('"').toString();
    }
}
