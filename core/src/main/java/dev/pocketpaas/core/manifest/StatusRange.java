package dev.pocketpaas.core.manifest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The HTTP statuses that count as healthy.
 *
 * @param from the lowest
 * @param to the highest
 */
public record StatusRange(int from, int to) {
    private static final Pattern FORM = Pattern.compile("([1-5][0-9][0-9])(?:-([1-5][0-9][0-9]))?");

    static StatusRange parse(String text) throws BadValue {
        Matcher m = FORM.matcher(text);
        if (m.matches()) {
            int from = Integer.parseInt(m.group(1));
            int to = m.group(2) == null ? from : Integer.parseInt(m.group(2));
            if (from <= to) {
                return new StatusRange(from, to);
            }
        }
        throw new BadValue(ScalarType.quoted(text) + " is not an HTTP status", "write 200, or a range such as 200-399");
    }

    /** Always {@code FROM-TO}. */
    @Override
    public String toString() {
        return from + "-" + to;
    }
}
