package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import java.util.Optional;

/**
 * What the user says about the app here.
 *
 * @param app its name, else the one that it has there
 * @param host the host, for the manifest
 */
public record ImportTarget(Optional<AppName> app, Optional<HostAddress> host) {
    /** Nothing said. */
    public static final ImportTarget NONE = new ImportTarget(Optional.empty(), Optional.empty());
}
