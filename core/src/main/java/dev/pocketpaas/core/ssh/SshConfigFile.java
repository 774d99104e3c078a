package dev.pocketpaas.core.ssh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reader of the common part of {@code ~/.ssh/config}: {@code Host} sections with patterns and plain keys, the first value wins. Sections
 * that begin with {@code Match} are skipped and {@code Include} is not followed; whoever needs them has an {@code ssh} to ask.
 */
final class SshConfigFile {
    private static final Pattern LINE = Pattern.compile("\\s*([A-Za-z][A-Za-z0-9]*)\\s*(?:=|\\s)\\s*(.*?)\\s*");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    private SshConfigFile() {}

    /** The values that hold for {@code host}, keywords in lower case. */
    static Map<String, List<String>> values(String text, String host) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        boolean applies = true;
        for (String line : text.split("\n")) {
            Matcher m = LINE.matcher(line);
            if (line.strip().startsWith("#") || !m.matches()) {
                continue;
            }
            String key = m.group(1).toLowerCase(Locale.ROOT);
            if (key.equals("host")) {
                applies = matches(words(m.group(2)), host);
            } else if (key.equals("match")) {
                applies = false;
            } else if (applies) {
                // Only keys may be named more than once.
                if (key.equals("identityfile") || !values.containsKey(key)) {
                    values.computeIfAbsent(key, k -> new ArrayList<>()).add(expand(key, m.group(2), host));
                }
            }
        }
        return values;
    }

    private static String expand(String key, String value, String host) {
        return key.equals("hostname") ? value.replace("%h", host) : value;
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher m = WORD.matcher(text);
        while (m.find()) {
            words.add(m.group(1) != null ? m.group(1) : m.group(2));
        }
        return words;
    }

    private static boolean matches(List<String> patterns, String host) {
        boolean found = false;
        for (String pattern : patterns) {
            boolean negated = pattern.startsWith("!");
            if (Wildcard.matches(negated ? pattern.substring(1) : pattern, host)) {
                if (negated) {
                    return false;
                }
                found = true;
            }
        }
        return found;
    }
}
