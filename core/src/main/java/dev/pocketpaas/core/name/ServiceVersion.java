package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.ServiceTypeRule;
import dev.pocketpaas.core.rules.ServiceTypes;
import java.util.Optional;

/**
 * A kind of service and, where one was named, its major version: {@code postgres} or {@code postgres:17}.
 *
 * @param type the kind
 * @param major the version; without one the host takes the newest that it knows
 */
public record ServiceVersion(String type, Optional<String> major) {
    /** Reads {@code TYPE} or {@code TYPE:MAJOR}; a usage error for one that there is not. */
    public static ServiceVersion parse(String text) {
        String[] parts = text.split(":", 2);
        ServiceTypeRule rule = ServiceTypes.named(parts[0])
                .orElseThrow(() -> PocketException.usage(
                        "there is no kind of service \"" + Printable.of(parts[0]) + "\"",
                        ServiceTypes.meant(parts[0])
                                .map(meant -> "did you mean \"" + meant + "\"?")
                                .orElse("use one of: " + ServiceTypes.names())));
        if (parts.length == 2 && !rule.majors().contains(parts[1])) {
            throw PocketException.usage(
                    rule.name() + " has no version \"" + Printable.of(parts[1]) + "\" here",
                    "use one of: " + String.join(", ", rule.majors()));
        }
        return new ServiceVersion(rule.name(), parts.length == 2 ? Optional.of(parts[1]) : Optional.empty());
    }

    @Override
    public String toString() {
        return type + major.map(version -> ":" + version).orElse("");
    }
}
