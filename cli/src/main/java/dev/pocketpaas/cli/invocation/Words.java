package dev.pocketpaas.cli.invocation;

import java.util.List;

/** Enumerations in sentences. */
public final class Words {
    /** More items than these are not all said ... */
    private static final int MOST = 8;

    /** ... but so many of them. */
    private static final int FEW = 5;

    private Words() {}

    /** The source of a value for people: values that the host calls "operator" were set with {@code command}. */
    public static String source(String source, String command) {
        return source.equals("operator") ? command : source;
    }

    /** {@code a}, {@code a and b}, {@code a, b and c}; of many the first ones: {@code a, b, c, d, e and 97 more}. */
    public static String joined(List<?> items) {
        List<String> texts = items.stream().map(Object::toString).toList();
        int last = texts.size() - 1;
        if (texts.size() > MOST) {
            return String.join(", ", texts.subList(0, FEW)) + " and " + (texts.size() - FEW) + " more";
        }
        return last < 1
                ? String.join("", texts)
                : String.join(", ", texts.subList(0, last)) + " and " + texts.get(last);
    }
}
