package dev.pocketpaas.core.migration;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Compose makes of {@code $NAME}, {@code ${NAME}} and {@code ${NAME:-default}} in a value. */
final class Interpolation {
    private static final Pattern REFERENCE =
            Pattern.compile("\\$(?:\\$|\\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([^{}]*))?\\}|([A-Za-z_][A-Za-z0-9_]*))");

    private final Map<String, String> known;

    /** With the variables of the file {@code .env}. */
    Interpolation(Map<String, String> known) {
        this.known = known;
    }

    /**
     * A text without references.
     *
     * @param text the text
     * @param missing variables that have no value here
     * @param used whether a value of the file {@code .env} is in it
     */
    record Result(String text, Set<String> missing, boolean used) {}

    Result of(String text) {
        Set<String> missing = new LinkedHashSet<>();
        boolean used = false;
        StringBuilder out = new StringBuilder();
        Matcher m = REFERENCE.matcher(text);
        while (m.find()) {
            @Nullable String name = m.group(1) == null ? m.group(4) : m.group(1);
            String with;
            if (name == null) {
                with = "$";
            } else {
                String operator = m.group(2) == null ? "" : m.group(2);
                String word = m.group(3) == null ? "" : m.group(3);
                @Nullable String value = known.get(name);
                boolean unset = value == null || operator.startsWith(":") && value.isEmpty();
                if (operator.endsWith("+")) {
                    with = unset ? "" : word;
                } else if (value != null && !unset) {
                    with = value;
                    used = true;
                } else if (operator.endsWith("-")) {
                    with = word;
                } else {
                    with = "";
                    missing.add(name);
                }
            }
            m.appendReplacement(out, Matcher.quoteReplacement(with));
        }
        m.appendTail(out);
        return new Result(out.toString(), missing, used);
    }
}
