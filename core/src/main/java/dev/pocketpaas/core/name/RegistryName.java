package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.Patterns;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A registry of images: a host name, with its port if it has an unusual one.
 *
 * @param value the name, in lower case
 */
public record RegistryName(String value) {
    private static final Pattern VALID = Pattern.compile(Patterns.REGISTRY);

    /** Checks the name. */
    public RegistryName {
        if (!VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not the name of a registry",
                    "write its host name alone, such as ghcr.io or registry.example.com:5000");
        }
    }

    /** The registry that people name {@code text}: an address of the web is taken, too. */
    public static RegistryName parse(String text) {
        return new RegistryName(
                text.toLowerCase(Locale.ROOT).replaceFirst("^https?://", "").replaceFirst("/(v[12]/)?$", ""));
    }

    @Override
    public String toString() {
        return value;
    }
}
