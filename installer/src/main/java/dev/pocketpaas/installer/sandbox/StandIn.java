package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.ServiceVersion;
import org.jspecify.annotations.Nullable;

/**
 * An image that stands in for the official one of a service, made from the packages of a distribution.
 *
 * @param service the kind of service; with a version if its recipe can be any
 * @param system the distribution, whose version of the server it is; null for what is at hand
 */
public record StandIn(ServiceVersion service, @Nullable DropletSystem system) {
    /** The kinds whose recipe is built from sources, and says of itself to be the version that is asked for. */
    private static final String ANY_VERSION = "mongodb";

    /** Reads {@code TYPE}, {@code TYPE@SYSTEM}, or {@code TYPE:MAJOR} of a kind that can be any version. */
    public static StandIn parse(String text) {
        String[] parts = text.split("@", 2);
        ServiceVersion service = ServiceVersion.parse(parts[0]);
        if (service.major().isPresent() && !service.type().equals(ANY_VERSION)) {
            throw PocketException.usage(
                    "the stand-in of " + service.type() + " is of the version that its distribution has",
                    "name a distribution instead, for example " + service.type() + "@debian-13");
        }
        return new StandIn(service, parts.length == 2 ? DropletSystem.parse(parts[1]) : null);
    }
}
