package dev.pocketpaas.cli.render;

import java.util.Locale;

/** Amounts of memory for people. */
public final class Bytes {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

    private Bytes() {}

    /** {@code 41.5 MB} for {@code 43515904}; other text is returned unchanged. */
    public static String text(String bytes) {
        if (!bytes.matches("[0-9]{1,18}")) {
            return bytes;
        }
        double amount = Long.parseLong(bytes);
        int unit = 0;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, UNITS[unit]);
    }
}
