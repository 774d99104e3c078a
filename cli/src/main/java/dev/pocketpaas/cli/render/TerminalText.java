package dev.pocketpaas.cli.render;

import java.util.regex.Pattern;

/** Text of other programs made fit for our output: their colours may stay on a terminal, nothing that moves the cursor may. */
final class TerminalText {
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final Pattern SEQUENCE =
            Pattern.compile("\u001b(\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(\u0007|\u001b\\\\)?|[ -/]*[0-~])");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\t\u001b]]|\u001b(?!\\[[0-9;]*m)");
    private static final Pattern ANY_CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\t]]");

    private TerminalText() {}

    /** {@code text} without any escape sequence or control character. */
    static String plain(String text) {
        return ANY_CONTROL.matcher(SEQUENCE.matcher(text).replaceAll("")).replaceAll("");
    }

    /** {@code text} with its colours, reset at the end, and nothing else of the kind. */
    static String coloured(String text) {
        String kept =
                SEQUENCE.matcher(text).replaceAll(m -> COLOUR.matcher(m.group()).matches() ? m.group() : "");
        kept = CONTROL.matcher(kept).replaceAll("");
        return kept.indexOf('\u001b') >= 0 ? kept + "\u001b[0m" : kept;
    }
}
