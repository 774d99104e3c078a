package dev.pocketpaas.cli.render;

/** How many columns of a terminal a text takes (UAX #11, in short). */
final class DisplayWidth {
    private DisplayWidth() {}

    /** Columns of {@code text}: combining marks take none, East Asian wide characters and emoji two. */
    static int of(String text) {
        int columns = 0;
        int at = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            columns += c >= ' ' && c <= '~' ? 1 : ofCodePoint(c);
            at += Character.charCount(c);
        }
        return columns;
    }

    private static int ofCodePoint(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT, Character.CONTROL -> 0;
            default -> isWide(c) ? 2 : 1;
        };
    }

    private static boolean isWide(int c) {
        return c >= 0x1100
                && (c <= 0x115f
                        || (c >= 0x2e80 && c <= 0xa4cf && c != 0x303f)
                        || (c >= 0xac00 && c <= 0xd7a3)
                        || (c >= 0xf900 && c <= 0xfaff)
                        || (c >= 0xfe30 && c <= 0xfe6f)
                        || (c >= 0xff00 && c <= 0xff60)
                        || (c >= 0xffe0 && c <= 0xffe6)
                        || (c >= 0x1f300 && c <= 0x1f64f)
                        || (c >= 0x1f680 && c <= 0x1faff)
                        || (c >= 0x20000 && c <= 0x3fffd));
    }
}
