package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.ServiceTypes;
import org.jspecify.annotations.Nullable;

/**
 * An image that stands in for the official one of a service, made from the packages of a distribution.
 *
 * @param type the kind of service
 * @param system the distribution, whose version of the server it is; null for what is at hand
 */
public record StandIn(String type, @Nullable DropletSystem system) {
    /** Reads {@code TYPE} or {@code TYPE@SYSTEM}. */
    public static StandIn parse(String text) {
        String[] parts = text.split("@", 2);
        if (ServiceTypes.named(parts[0]).isEmpty()) {
            throw PocketException.usage(
                    "there is no kind of service \"" + Printable.of(parts[0]) + "\"",
                    "use one of: " + ServiceTypes.names());
        }
        return new StandIn(parts[0], parts.length == 2 ? DropletSystem.parse(parts[1]) : null);
    }
}
