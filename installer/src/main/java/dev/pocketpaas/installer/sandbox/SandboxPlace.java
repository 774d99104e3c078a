package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.installer.hosts.HostRegistry;
import java.nio.file.Path;

/**
 * Where the laptop's side of sandboxes is kept.
 *
 * @param home the user's home directory
 * @param state for example {@code ~/.local/state/pocketpaas/sandbox}; keys, and files while something is made
 * @param hosts where the sandbox is entered as a known host
 */
public record SandboxPlace(Path home, Path state, HostRegistry hosts) {}
