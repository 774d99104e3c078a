package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.installer.hosts.RegisteredHost;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox shall be like.
 *
 * @param name its name, which is also the host's
 * @param sshPort loopback port of its sshd, or 0 for a free one
 * @param httpPort loopback port of its apps, or 0 for a free one
 * @param memory the most memory it may use, as {@code docker run --memory} takes it, or null
 * @param minimal whether it begins without sudo and curl
 * @param system what it runs, or null for what is at hand: an Ubuntu image, else this machine's own distribution
 * @param services images of services to be made and brought to it
 */
public record SandboxOptions(
        String name,
        int sshPort,
        int httpPort,
        @Nullable String memory,
        boolean minimal,
        @Nullable DropletSystem system,
        List<StandIn> services) {
    /** The name without another. */
    public static final String DEFAULT_NAME = "sandbox";

    /** Checks the name, and copies what is mutable. */
    public SandboxOptions {
        RegisteredHost.checkName(name);
        services = List.copyOf(services);
    }

    /** A usual droplet on free ports. */
    public static SandboxOptions defaults() {
        return new SandboxOptions(DEFAULT_NAME, 0, 0, null, false, null, List.of());
    }

    /** The same under another name. */
    public SandboxOptions withName(String value) {
        return new SandboxOptions(value, sshPort, httpPort, memory, minimal, system, services);
    }

    /** The same on other ports. */
    public SandboxOptions withPorts(int ssh, int http) {
        return new SandboxOptions(name, ssh, http, memory, minimal, system, services);
    }

    /** The same with a limit of memory. */
    public SandboxOptions withMemory(@Nullable String limit) {
        return new SandboxOptions(name, sshPort, httpPort, limit, minimal, system, services);
    }

    /** The same, beginning without sudo and curl or not. */
    public SandboxOptions withMinimal(boolean value) {
        return new SandboxOptions(name, sshPort, httpPort, memory, value, system, services);
    }

    /** The same with another system; null for what is at hand. */
    public SandboxOptions withSystem(@Nullable DropletSystem value) {
        return new SandboxOptions(name, sshPort, httpPort, memory, minimal, value, services);
    }

    /** The same with stand-ins for the images of services. */
    public SandboxOptions withServices(List<StandIn> list) {
        return new SandboxOptions(name, sshPort, httpPort, memory, minimal, system, list);
    }
}
