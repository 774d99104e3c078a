package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.proxy.ProxyBase;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The base configuration of nginx for each kind of machine. The kind is known only once nginx is there, so all of them travel; it is five
 * digits, as {@code nginx_variant} in {@code lib/facts.bash} prints them.
 */
final class NginxBase {
    private static final SortedMap<String, String> VARIANTS = build();

    private NginxBase() {}

    /** The text for {@code variant}. */
    static Optional<String> text(String variant) {
        return Optional.ofNullable(VARIANTS.get(variant));
    }

    /** Every variant with its text. */
    static SortedMap<String, String> variants() {
        return VARIANTS;
    }

    private static SortedMap<String, String> build() {
        SortedMap<String, String> variants = new TreeMap<>();
        for (int i = 0; i < 32; i++) {
            String digits = String.format("%5s", Integer.toBinaryString(i)).replace(' ', '0');
            variants.put(
                    digits,
                    new ProxyBase(
                                    digits.charAt(0) == '1',
                                    digits.charAt(1) == '1',
                                    digits.charAt(2) == '1',
                                    digits.charAt(3) == '1',
                                    digits.charAt(4) == '1')
                            .text());
        }
        return Collections.unmodifiableSortedMap(variants);
    }
}
