package dev.pocketpaas.core.ssh;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a host will be reached, as the user's ssh configuration has it; nothing was connected to yet.
 *
 * @param login the login, the host and the port
 * @param through the jump hosts on the way, nearest first
 * @param command the ProxyCommand that leads there; nothing where there is none
 * @param keys the private keys that are there and would be offered
 * @param missing keys that are named, but are not there
 * @param agent the socket of the ssh-agent; nothing where there is none
 * @param notes what of the configuration could not be followed
 */
public record SshRoute(
        String login,
        List<String> through,
        Optional<String> command,
        List<Path> keys,
        List<Path> missing,
        Optional<Path> agent,
        List<String> notes) {
    private static final List<String> USUAL = List.of("id_rsa", "id_ecdsa", "id_ed25519");

    /** Copies the lists. */
    public SshRoute {
        through = List.copyOf(through);
        keys = List.copyOf(keys);
        missing = List.copyOf(missing);
        notes = List.copyOf(notes);
    }

    /** A route that nothing is known of but the login. */
    public static SshRoute to(String login) {
        return new SshRoute(login, List.of(), Optional.empty(), List.of(), List.of(), Optional.empty(), List.of());
    }

    static SshRoute of(SshTarget target, SshSettings settings) {
        List<String> through = new ArrayList<>();
        for (SshTarget hop = target.network().jump();
                hop != null;
                hop = hop.network().jump()) {
            through.add(0, hop.displayWithUser());
        }
        Path own = settings.identityFile();
        List<Path> named = own != null ? List.of(own) : target.credentials().identityFiles();
        List<Path> tried = own == null && target.credentials().usualFiles()
                ? USUAL.stream()
                        .map(name -> settings.home().resolve(".ssh").resolve(name))
                        .filter(Files::exists)
                        .toList()
                : named;
        return new SshRoute(
                target.user() + "@" + target.hostName() + (target.port() == 22 ? "" : ":" + target.port()),
                through,
                Optional.ofNullable(target.network().proxyCommand()),
                tried.stream().filter(Files::exists).toList(),
                tried.stream().filter(path -> !Files.exists(path)).toList(),
                Optional.ofNullable(target.credentials().agentSocket()),
                target.notes());
    }
}
