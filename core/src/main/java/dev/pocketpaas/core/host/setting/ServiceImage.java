package dev.pocketpaas.core.host.setting;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;
import java.util.List;

/**
 * An image that a host makes services from, in place of the official one.
 *
 * @param service the kind with its major version, {@code postgres:17}; {@code *} for all that are not named
 * @param image the image; for {@code *} what stands before the names of the official ones
 */
public record ServiceImage(String service, String image) {
    private static final String ALL = "*";
    private static final String PREFIX = "[A-Za-z0-9][A-Za-z0-9.:/_-]*/";

    /**
     * Reads {@code TYPE:MAJOR=IMAGE} or {@code *=PREFIX}.
     *
     * @throws PocketException when it is neither
     */
    public static ServiceImage parse(String text) {
        String[] parts = text.split("=", 2);
        boolean valid = parts.length == 2
                && (parts[0].equals(ALL)
                        ? parts[1].matches(PREFIX)
                        : parts[0].contains(":")
                                && parts[0].matches(Patterns.SERVICE_TYPE)
                                && parts[1].matches(Patterns.IMAGE_REFERENCE));
        if (!valid) {
            throw PocketException.usage(
                    "\"" + Printable.of(text) + "\" is not of the form TYPE:MAJOR=IMAGE",
                    "for example postgres:17=registry.example.com/postgres:17, or *=registry.example.com/library/");
        }
        return new ServiceImage(parts[0], parts[1]);
    }

    /** Reads one a line. */
    static List<ServiceImage> parseAll(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(ServiceImage::parse)
                .toList();
    }

    @Override
    public String toString() {
        return service + "=" + image;
    }
}
