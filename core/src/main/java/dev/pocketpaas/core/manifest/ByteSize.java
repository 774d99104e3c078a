package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory or disk.
 *
 * @param bytes in bytes, not negative
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    static final String PATTERN = "[0-9]{1,15}(\\.[0-9]{1,3})?[kKmMgGtT]([iI]?[bB])?|[0-9]{1,15}[bB]?";
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,3})?)([kmgt]?)i?b?", Pattern.CASE_INSENSITIVE);

    /** Reads {@code 512M}, {@code 1.5G}, {@code 512MiB} or a number of bytes; units are powers of 1024. */
    public static ByteSize parse(String text) {
        Matcher m = FORM.matcher(text);
        if (m.matches() && text.matches(PATTERN)) {
            BigDecimal bytes = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(factor(m.group(2))));
            if (bytes.compareTo(BigDecimal.valueOf(1L << 50)) <= 0) {
                return new ByteSize(bytes.setScale(0, RoundingMode.DOWN).longValueExact());
            }
        }
        throw PocketException.usage(
                "\"" + Printable.of(text) + "\" is not a size", "write 512M, 1G or 1.5G, or a number of bytes");
    }

    private static long factor(String unit) {
        return switch (unit.toLowerCase(Locale.ROOT)) {
            case "k" -> 1L << 10;
            case "m" -> 1L << 20;
            case "g" -> 1L << 30;
            case "t" -> 1L << 40;
            default -> 1;
        };
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** The shortest exact form, such as {@code 512M}. */
    @Override
    public String toString() {
        String units = "TGMK";
        for (int i = 0; i < units.length(); i++) {
            long factor = 1L << (10 * (units.length() - i));
            if (bytes >= factor && bytes % factor == 0) {
                return bytes / factor + units.substring(i, i + 1);
            }
        }
        return Long.toString(bytes);
    }
}
