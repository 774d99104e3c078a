package dev.pocketpaas.core.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the common part of {@code ~/.ssh/config}: {@code Host} sections with patterns, {@code Include} and plain keys, the first value
 * wins. Sections that begin with {@code Match} are skipped; whoever needs them has an {@code ssh} to ask. What was skipped is noted under
 * {@link #SKIPPED}.
 */
final class SshConfigFile {
    /** The key under which the values hold what was not read. */
    static final String SKIPPED = "(skipped)";

    private static final Pattern LINE = Pattern.compile("\\s*([A-Za-z][A-Za-z0-9]*)\\s*(?:=|\\s)\\s*(.*?)\\s*");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    /** Those that may be given more than once. */
    private static final Set<String> SEVERAL = Set.of("identityfile", "certificatefile");

    private static final int DEEPEST = 16;

    private final String host;
    private final @Nullable Path directory;
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private SshConfigFile(String host, @Nullable Path directory) {
        this.host = host;
        this.directory = directory;
    }

    /** The values that hold for {@code host}, keywords in lower case. */
    static Map<String, List<String>> values(String text, String host) {
        return values(text, host, null);
    }

    /**
     * The values that hold for {@code host}.
     *
     * @param directory {@code ~/.ssh}, for files to include; null to include none
     */
    static Map<String, List<String>> values(String text, String host, @Nullable Path directory) {
        SshConfigFile reader = new SshConfigFile(host, directory);
        reader.read(text, true, 0);
        return reader.values;
    }

    private void read(String text, boolean outer, int depth) {
        boolean applies = outer;
        for (String line : text.split("\n")) {
            Matcher m = LINE.matcher(line);
            if (line.strip().startsWith("#") || !m.matches()) {
                continue;
            }
            String key = m.group(1).toLowerCase(Locale.ROOT);
            switch (key) {
                case "host" -> applies = outer && matches(words(m.group(2)), host);
                case "match" -> {
                    applies = false;
                    skip("a Match section");
                }
                case "include" -> {
                    if (applies) {
                        include(words(m.group(2)), depth);
                    }
                }
                default -> {
                    if (applies) {
                        add(key, m.group(2));
                    }
                }
            }
        }
    }

    private void add(String key, String value) {
        if (SEVERAL.contains(key) || !values.containsKey(key)) {
            String filled = key.equals("hostname") ? value.replace("%h", host) : value;
            values.computeIfAbsent(key, k -> new ArrayList<>()).add(filled);
        }
    }

    private void skip(String what) {
        values.computeIfAbsent(SKIPPED, k -> new ArrayList<>()).add(what);
    }

    private void include(List<String> patterns, int depth) {
        for (String pattern : patterns) {
            try {
                for (Path file : files(pattern)) {
                    if (depth < DEEPEST) {
                        read(Files.readString(file, StandardCharsets.ISO_8859_1), true, depth + 1);
                    }
                }
            } catch (IOException e) {
                skip("Include " + pattern);
            }
        }
    }

    private List<Path> files(String pattern) throws IOException {
        if (directory == null) {
            throw new IOException("no directory to include from");
        }
        Path path =
                pattern.startsWith("~/") ? directory.resolveSibling(pattern.substring(2)) : directory.resolve(pattern);
        Path parent = path.getParent();
        Path name = path.getFileName();
        if (parent == null || name == null || !Files.isDirectory(parent)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(
                parent,
                file -> Wildcard.matches(name.toString(), String.valueOf(file.getFileName()))
                        && Files.isRegularFile(file))) {
            all.forEach(found::add);
        }
        found.sort(null);
        return found;
    }

    /** The words of a value; quotes keep blanks together. */
    static List<String> words(String text) {
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
