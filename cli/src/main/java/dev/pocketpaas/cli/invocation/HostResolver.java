package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.hosts.HostRegistry;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The hosts that this machine knows by name, and how to reach them. */
public final class HostResolver {
    private final Environment environment;
    private final HostRegistry registry;

    /** Reads its list of hosts from the configuration directory of {@code environment}. */
    public HostResolver(Environment environment) {
        this.environment = environment;
        this.registry = new HostRegistry(environment
                .directory(EnvironmentVariable.XDG_CONFIG_HOME, ".config")
                .resolve("hosts"));
    }

    /** The hosts with a name. */
    public HostRegistry registry() {
        return registry;
    }

    /** The host with this name or address. */
    public ResolvedHost find(String text) {
        Optional<RegisteredHost> named = registry.find(text);
        return named.isPresent() ? new ResolvedHost(named.get().address(), named.get()) : at(HostAddress.parse(text));
    }

    /** The host at {@code address}; a known one includes how to reach it. */
    public ResolvedHost at(HostAddress address) {
        RegisteredHost known = registry.list().stream()
                .filter(host -> host.address().name().equals(address.name())
                        && Objects.equals(host.address().port(), address.port()))
                .findFirst()
                .orElse(null);
        return new ResolvedHost(address, known);
    }

    /** The SSH settings for {@code place}; options and environment variables override what is known. */
    SshSettings settings(ResolvedHost place, RootCommand options) {
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

    /** The private key for {@code place} that plain ssh would not use: from the environment, or of a sandbox. */
    public Optional<String> ownIdentity(ResolvedHost place) {
        return Optional.ofNullable(path(EnvironmentVariable.POCKETPAAS_SSH_KEY))
                .map(Path::toString)
                .or(() -> Optional.ofNullable(place.known())
                        .flatMap(known -> known.ownIdentity().map(Object::toString)));
    }

    /** The known_hosts file for {@code place} that plain ssh would not use. */
    public Optional<String> ownKnownHosts(ResolvedHost place) {
        return Optional.ofNullable(path(EnvironmentVariable.POCKETPAAS_KNOWN_HOSTS))
                .map(Path::toString)
                .or(() -> Optional.ofNullable(place.known())
                        .flatMap(known -> known.ownKnownHosts().map(Object::toString)));
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
     * @param known what is known about it, or null
     */
    public record ResolvedHost(
            HostAddress address, @Nullable RegisteredHost known) {
        /** Its name or address for messages. */
        public String shown() {
            return known == null ? new HostAddress(null, address.name(), address.port()).toString() : known.name();
        }
    }
}
