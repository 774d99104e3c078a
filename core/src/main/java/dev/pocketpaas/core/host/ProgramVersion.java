package dev.pocketpaas.core.host;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The version that host programs came with, such as {@code 1.4.2}. Ordered as people read them; one with a suffix ({@code 1.4.2-rc1}) comes
 * before the one without, and text that is no version (programs from before there was one) before all others.
 *
 * @param text the version
 */
public record ProgramVersion(String text) implements Comparable<ProgramVersion> {
    private static final Pattern FORM = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9}){0,5}(-.*)?");

    @Override
    public int compareTo(ProgramVersion other) {
        int byNumbers = Arrays.compare(numbers(), other.numbers());
        return byNumbers != 0 ? byNumbers : Boolean.compare(isFinal(), other.isFinal());
    }

    private boolean isFinal() {
        return text.indexOf('-') < 0;
    }

    private int[] numbers() {
        if (!FORM.matcher(text).matches()) {
            return new int[0];
        }
        String plain = isFinal() ? text : text.substring(0, text.indexOf('-'));
        return Arrays.stream(plain.split("\\.")).mapToInt(Integer::parseInt).toArray();
    }

    @Override
    public String toString() {
        return text;
    }
}
