package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.installer.hosts.RegisteredHost;
import dev.pocketpaas.installer.init.InitResult;

/**
 * A sandbox that is a host.
 *
 * @param droplet the droplet
 * @param host how it is reached
 * @param result what setting it up came to
 */
public record SandboxHost(DropletInfo droplet, RegisteredHost host, InitResult result) {}
