package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.Patterns;
import java.net.IDN;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A host name that an app answers to (RFC 1123 labels; an internationalised name is stored in its ASCII form, RFC 5891), optionally
 * with a leading {@code *.} label.
 *
 * @param value the name in lower case
 */
public record Domain(String value) implements Comparable<Domain> {
    private static final Pattern LABEL = Pattern.compile(Patterns.DOMAIN_LABEL);

    /** Checks the name. */
    public Domain {
        String bare = value.startsWith("*.") ? value.substring(2) : value;
        String[] labels = bare.split("\\.", -1);
        boolean valid = value.length() <= 253 && labels.length >= 2 && !labels[labels.length - 1].matches("[0-9]+");
        for (String label : labels) {
            valid &= LABEL.matcher(label).matches();
        }
        if (!valid) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not a valid domain",
                    "a domain looks like shop.example.com: no scheme, no path, no port");
        }
    }

    /** The domain in {@code text}: lower-cased, a final dot dropped, international letters encoded. */
    public static Domain parse(String text) {
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        boolean wildcard = name.startsWith("*.");
        String bare = wildcard ? name.substring(2) : name;
        try {
            bare = IDN.toASCII(bare, IDN.USE_STD3_ASCII_RULES);
        } catch (IllegalArgumentException e) {
            return new Domain(text);
        }
        return new Domain((wildcard ? "*." : "") + bare.toLowerCase(Locale.ROOT));
    }

    @Override
    public int compareTo(Domain other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
