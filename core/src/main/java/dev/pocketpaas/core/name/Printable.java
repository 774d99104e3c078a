package dev.pocketpaas.core.name;

/** Text from outside made safe for a message: control characters escaped, length bounded. */
public final class Printable {
    private static final int LONGEST = 80;
    private static final int LONGEST_LINE = 400;

    private Printable() {}

    /** {@code text} on one line, control characters as {@code \}{@code uXXXX}, cut after 80 characters. */
    public static String of(String text) {
        return cut(text, LONGEST);
    }

    /** The same for a whole line that somebody else wrote: cut after 400 characters. */
    public static String line(String text) {
        return cut(text, LONGEST_LINE);
    }

    private static String cut(String text, int longest) {
        int count = text.codePointCount(0, text.length());
        return count <= longest ? whole(text) : whole(text.substring(0, text.offsetByCodePoints(0, longest))) + '…';
    }

    /** The same, all of it, however long: for what must not be hidden. */
    public static String whole(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029) {
                out.append(c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '\r' ? "\\r" : String.format("\\u%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }
}
