package dev.pocketpaas.cli.render;

/** Colours and weights of text, if wanted. */
public final class Style {
    private static final String ESCAPE = "\u001b[";
    private final boolean ansi;

    private Style(boolean ansi) {
        this.ansi = ansi;
    }

    /** Colours where {@code wanted}. */
    public static Style of(boolean wanted) {
        return new Style(wanted);
    }

    /** Whether the stream takes escape sequences. */
    public boolean isAnsi() {
        return ansi;
    }

    /** Heavy text. */
    public String bold(String text) {
        return wrap("1", text);
    }

    /** Text of less weight. */
    public String dim(String text) {
        return wrap("2", text);
    }

    /** Failure. */
    public String red(String text) {
        return wrap("31", text);
    }

    /** Success. */
    public String green(String text) {
        return wrap("32", text);
    }

    /** Warning. */
    public String yellow(String text) {
        return wrap("33", text);
    }

    private String wrap(String code, String text) {
        return ansi && !text.isEmpty() ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
    }
}
