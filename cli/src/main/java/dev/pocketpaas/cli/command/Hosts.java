package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.hosts.HostRegistry;
import dev.pocketpaas.installer.hosts.KnownHost;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The hosts that this laptop knows by a name, and how each is reached. */
final class Hosts {
    private final Environment environment;
    private final HostRegistry registry;

    Hosts(Environment environment) {
        this.environment = environment;
        this.registry = new HostRegistry(environment
                .directory(EnvironmentVariable.XDG_CONFIG_HOME, ".config")
                .resolve("hosts"));
    }

    HostRegistry registry() {
        return registry;
    }

    /** The host that {@code text} names or is the address of. */
    Place find(String text) {
        Optional<KnownHost> named = registry.find(text);
        return named.isPresent() ? new Place(named.get().address(), named.get()) : at(HostAddress.parse(text));
    }

    /** The host at {@code address}; a known one brings the way it is reached. */
    Place at(HostAddress address) {
        KnownHost known = registry.list().stream()
                .filter(host -> host.address().name().equals(address.name())
                        && Objects.equals(host.address().port(), address.port()))
                .findFirst()
                .orElse(null);
        return new Place(address, known);
    }

    /** The settings of the transport for {@code place}; what the options and the environment state wins over what is known. */
    SshSettings settings(Place place, RootCommand options) {
        SshSettings usual = SshSettings.of(
                        environment.home(),
                        environment.get(EnvironmentVariable.USER).orElseGet(() -> System.getProperty("user.name")))
                .withAgentSocket(path(EnvironmentVariable.SSH_AUTH_SOCK))
                .withConfig(
                        SshSettings.ConfigSource.SSH,
                        SshSettings.findSsh(
                                environment.get(EnvironmentVariable.PATH).orElse("")),
                        null)
                .withAcceptNewHostKeys(options.acceptNewHostKey())
                .withVariables(environment.variables())
                .withTransport(transport(options.transport()
                        .or(() -> environment.get(EnvironmentVariable.POCKETPAAS_TRANSPORT))
                        .orElse("auto")));
        SshSettings reached = place.known() == null ? usual : place.known().reachedWith(usual);
        Path identity = path(EnvironmentVariable.POCKETPAAS_SSH_KEY);
        SshSettings opened = identity == null ? reached : reached.withIdentityFile(identity);
        Path knownHosts = path(EnvironmentVariable.POCKETPAAS_KNOWN_HOSTS);
        return knownHosts == null ? opened : opened.withKnownHosts(knownHosts);
    }

    private static SshSettings.Transport transport(String name) {
        return switch (name) {
            case "auto" -> SshSettings.Transport.AUTO;
            case "built-in" -> SshSettings.Transport.BUILT_IN;
            case "openssh" -> SshSettings.Transport.OPENSSH;
            default ->
                throw PocketException.usage(
                        "\"" + Printable.of(name) + "\" is not a transport", "use auto, built-in or openssh");
        };
    }

    private @Nullable Path path(EnvironmentVariable variable) {
        return environment.get(variable).map(environment::resolve).orElse(null);
    }

    /**
     * A host.
     *
     * @param address where it is
     * @param known what the laptop knows about it, or null
     */
    record Place(HostAddress address, @Nullable KnownHost known) {
        /** As the user calls it. */
        String shown() {
            return known == null ? new HostAddress(null, address.name(), address.port()).toString() : known.name();
        }
    }
}
