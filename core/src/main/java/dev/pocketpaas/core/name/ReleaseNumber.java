package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;

/**
 * The number of a release, counted from 1 within an app; written {@code v12}.
 *
 * @param value the number
 */
public record ReleaseNumber(int value) implements Comparable<ReleaseNumber> {
    /** Checks that the number is positive. */
    public ReleaseNumber {
        if (value < 1) {
            throw PocketException.usage("release numbers start at v1", null);
        }
    }

    /** Reads {@code v12} or {@code 12}. */
    public static ReleaseNumber parse(String text) {
        String digits = text.startsWith("v") ? text.substring(1) : text;
        if (!digits.matches("[0-9]{1,9}")) {
            throw PocketException.usage(
                    "\"" + Printable.of(text) + "\" is not a release",
                    "a release looks like v12; see \"pocketpaas releases\"");
        }
        return new ReleaseNumber(Integer.parseInt(digits));
    }

    @Override
    public int compareTo(ReleaseNumber other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "v" + value;
    }
}
