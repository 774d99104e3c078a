package dev.pocketpaas.cli.render;

/** Release numbers as the host sends them. */
public final class Numbered {
    private Numbered() {}

    /** {@code v12} for {@code 12}; empty for nothing. */
    public static String release(String number) {
        return number.isEmpty() || number.startsWith("v") ? number : "v" + number;
    }
}
