package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.NumberLimit;
import java.math.BigDecimal;

/**
 * How much processor a process may use, in parts of a core.
 *
 * @param nano billionths of a core, as the Docker Engine counts
 */
public record CpuCount(long nano) implements Comparable<CpuCount> {
    static final String PATTERN = "[0-9]{1,3}(\\.[0-9]{1,3})?";
    private static final long CORE = 1_000_000_000L;

    /** Reads a number of cores such as {@code 0.5} or {@code 2}. */
    public static CpuCount parse(String text) {
        if (text.matches(PATTERN)) {
            long nano = new BigDecimal(text).multiply(BigDecimal.valueOf(CORE)).longValueExact();
            if (NumberLimit.CPUS.holds(nano)) {
                return new CpuCount(nano);
            }
        }
        throw PocketException.usage(
                "\"" + Printable.of(text) + "\" is not a number of processor cores",
                "write 0.5, 1 or 2; at least " + new CpuCount(NumberLimit.CPUS.least()));
    }

    @Override
    public int compareTo(CpuCount other) {
        return Long.compare(nano, other.nano);
    }

    @Override
    public String toString() {
        return BigDecimal.valueOf(nano, 9).stripTrailingZeros().toPlainString();
    }
}
