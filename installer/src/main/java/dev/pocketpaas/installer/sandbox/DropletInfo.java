package dev.pocketpaas.installer.sandbox;

/**
 * A droplet that exists.
 *
 * @param name the sandbox's name
 * @param running whether it runs
 * @param sshPort loopback port of its sshd
 * @param httpPort loopback port of its port 80
 * @param httpsPort loopback port of its port 443
 */
public record DropletInfo(String name, boolean running, int sshPort, int httpPort, int httpsPort) {
    /** The name of its container in the local engine. */
    public String container() {
        return Marks.container(name);
    }
}
