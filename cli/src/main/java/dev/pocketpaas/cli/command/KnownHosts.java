package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.name.HostAddress;

/** The hosts that this laptop knows by a name. */
final class KnownHosts {
    private final Environment environment;

    KnownHosts(Environment environment) {
        this.environment = environment;
    }

    /** The address behind a known name, else {@code text} as an address. */
    HostAddress resolve(String text) {
        return HostAddress.parse(text);
    }
}
