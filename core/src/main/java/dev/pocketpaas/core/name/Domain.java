package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.Patterns;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A host name that an app answers to (RFC 1123 labels; an internationalised name is stored in its ASCII form, RFC 5891), optionally
 * with a leading {@code *.} label.
 *
 * @param value the name in lower case
 */
public record Domain(String value) implements Comparable<Domain> {
    private static final String WILDCARD = "*.";
    private static final Pattern LABEL = Pattern.compile(Patterns.DOMAIN_LABEL);
    private static final Pattern LABEL_OR_UNDERSCORE = Pattern.compile("(\\*\\.)?[a-z0-9_.-]+");

    /** Checks the name. */
    public Domain {
        String bare = value.startsWith(WILDCARD) ? value.substring(2) : value;
        String[] labels = bare.split("\\.", -1);
        boolean valid = value.length() <= 253 && labels.length >= 2 && !labels[labels.length - 1].matches("[0-9]+");
        for (String label : labels) {
            valid &= LABEL.matcher(label).matches();
        }
        if (!valid) {
            throw invalid(value);
        }
    }

    /** The domain in {@code text}: lower-cased, a final dot dropped, international letters encoded. */
    public static Domain parse(String text) {
        boolean rooted = !text.isEmpty() && InternationalName.DOTS.indexOf(text.charAt(text.length() - 1)) > 0;
        String name = rooted ? text.substring(0, text.length() - 1) : text;
        boolean wildcard = name.startsWith(WILDCARD);
        Optional<String> ascii = InternationalName.toAscii(wildcard ? name.substring(2) : name);
        if (ascii.isEmpty()) {
            throw PocketException.usage(
                    "\"" + Printable.of(text) + "\" has characters that a domain cannot have",
                    "if a registry gave you this name, write its ASCII form, which begins with xn--");
        }
        return new Domain((wildcard ? WILDCARD : "") + ascii.get());
    }

    private static PocketException invalid(String value) {
        String what = "\"" + Printable.of(value) + "\" is not a valid domain";
        if (value.indexOf('_') >= 0 && LABEL_OR_UNDERSCORE.matcher(value).matches()) {
            return PocketException.usage(
                    what + ": it has an underscore", "use letters, digits and hyphens, for example " + hyphens(value));
        }
        return PocketException.usage(what, "a domain looks like shop.example.com: no scheme, no path, no port");
    }

    private static String hyphens(String value) {
        return value.replaceAll("(?<=[a-z0-9])_+(?=[a-z0-9])", "-").replace("_", "");
    }

    /** Whether it stands for every name below another one. */
    public boolean isWildcard() {
        return value.startsWith(WILDCARD);
    }

    /** As of every record, but without the classes that Java makes for that at run time. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Domain domain && value.equals(domain.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
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
