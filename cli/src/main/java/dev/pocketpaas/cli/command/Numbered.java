package dev.pocketpaas.cli.command;

/** Release numbers as the host sends them. */
final class Numbered {
    private Numbered() {}

    /** {@code v12} for {@code 12}; empty for nothing. */
    static String release(String number) {
        return number.isEmpty() || number.startsWith("v") ? number : "v" + number;
    }
}
