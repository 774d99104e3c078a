package dev.pocketpaas.installer.sandbox;

/**
 * A droplet that exists.
 *
 * @param name the sandbox's name
 * @param system what it runs, for example {@code debian-13}; empty for a droplet of an earlier version
 * @param running whether it runs
 * @param sshPort loopback port of its sshd
 * @param httpPort loopback port of its port 80
 * @param httpsPort loopback port of its port 443
 */
public record DropletInfo(String name, String system, boolean running, int sshPort, int httpPort, int httpsPort) {
    /** The name of its container in the local engine. */
    public String container() {
        return SandboxLabels.container(name);
    }
}
