package dev.pocketpaas.core.json;

import dev.pocketpaas.core.failure.PocketException;

/** The one routine that turns text into a JSON string (RFC 8259, section 7). */
public final class JsonText {
    private JsonText() {}

    /**
     * {@code text} as a JSON string with its quotes. The result is printable ASCII on one line, and holds neither {@code @} nor
     * {@code &}: the host puts it into templates whose tokens look like {@code @NAME@}, with tools to which {@code &} may mean something.
     *
     * @throws PocketException when {@code text} holds half a surrogate pair, which has no UTF-8 form
     */
    public static String quote(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            refuseHalfPair(text, i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c > 0x7e || c == '@' || c == '&') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }

    private static void refuseHalfPair(String text, int i) {
        char c = text.charAt(i);
        boolean half = Character.isHighSurrogate(c)
                ? i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))
                : Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
        if (half) {
            throw PocketException.usage(
                    "a value contains half a surrogate pair, which is not a character", "write the whole character");
        }
    }
}
