package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.name.HostAddress;
import java.util.Optional;

/** Opens connections. */
public interface SshConnector {
    /**
     * Connects and authenticates, following the user's ssh configuration for {@code address}; a login that the address names wins over it.
     *
     * @throws dev.pocketpaas.core.failure.PocketException with exit code 3 when the host cannot be reached, is not trusted or refuses us
     */
    SshConnection connect(HostAddress address);

    /** The same over a connection that nothing else uses, where another one of this program might be at hand. */
    default SshConnection connectAnew(HostAddress address) {
        return connect(address);
    }

    /** The login that the user's ssh configuration names for {@code address}, whatever the address itself says; nothing where it names none. */
    default Optional<String> configuredUser(HostAddress address) {
        return Optional.empty();
    }

    /**
     * How {@code address} will be reached; connects to nothing.
     *
     * @throws dev.pocketpaas.core.failure.PocketException where the user's ssh configuration cannot be used
     */
    default SshRoute route(HostAddress address) {
        return SshRoute.to(address.toString());
    }

    /** The connector of this program. */
    static SshConnector create(SshSettings settings, SshPrompts prompts) {
        return new ChosenConnector(settings, prompts);
    }
}
