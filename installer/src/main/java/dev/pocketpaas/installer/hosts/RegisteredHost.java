package dev.pocketpaas.installer.hosts;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.ssh.SshSettings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host that this laptop has set up or met, under a short name.
 *
 * @param name what the manifest's {@code host:} may say
 * @param address where it is
 * @param identity the key file that opens it, or null for the user's own keys
 * @param knownHosts the known_hosts file that has its key, or null for the user's own
 * @param added since when it is known
 */
public record RegisteredHost(
        String name,
        HostAddress address,
        @Nullable Path identity,
        @Nullable Path knownHosts,
        Instant added) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");

    /** Checks the name. */
    public RegisteredHost {
        checkName(name);
    }

    /** A host that is reached as the user's own ssh reaches it. */
    public static RegisteredHost of(String name, HostAddress address, Instant added) {
        return new RegisteredHost(name, address, null, null, added);
    }

    /** Refuses what cannot be the name of a host. */
    public static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(name) + "\" is not a valid host name",
                    "use lower-case letters, digits, dots and dashes; at most 63 characters");
        }
    }

    /** The key file that opens it, where it is not one of the user's own. */
    public Optional<Path> ownIdentity() {
        return Optional.ofNullable(identity);
    }

    /** Its own known_hosts file. */
    public Optional<Path> ownKnownHosts() {
        return Optional.ofNullable(knownHosts);
    }

    /** {@code settings} as they must be to reach this host. */
    public SshSettings reachedWith(SshSettings settings) {
        SshSettings result = settings;
        if (identity != null) {
            result = result.withIdentityFile(identity)
                    .withConfig(SshSettings.ConfigSource.NONE, settings.sshProgram(), null);
        }
        return knownHosts == null ? result : result.withKnownHosts(knownHosts);
    }
}
