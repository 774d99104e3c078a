package dev.pocketpaas.cli.invocation;

import java.util.List;

/** Enumerations in sentences. */
public final class Words {
    private Words() {}

    /** The source of a value for people: values that the host calls "operator" were set with {@code command}. */
    public static String source(String source, String command) {
        return source.equals("operator") ? command : source;
    }

    /** {@code a}, {@code a and b}, {@code a, b and c}. */
    public static String joined(List<?> items) {
        List<String> texts = items.stream().map(Object::toString).toList();
        int last = texts.size() - 1;
        return last < 1
                ? String.join("", texts)
                : String.join(", ", texts.subList(0, last)) + " and " + texts.get(last);
    }
}
