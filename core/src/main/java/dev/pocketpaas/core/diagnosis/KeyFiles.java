package dev.pocketpaas.core.diagnosis;

import dev.pocketpaas.core.diagnosis.Finding.Area;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshRoute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How the host is to be reached, and whether the files for it are as they have to be. */
final class KeyFiles {
    private static final String CHMOD = "chmod ";
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

    private KeyFiles() {}

    static List<Finding> look(SshConnector connector, HostAddress address) {
        SshRoute route;
        try {
            route = connector.route(address);
        } catch (PocketException e) {
            return List.of(Finding.problem(Area.SSH, e.what(), e.cure().orElse("correct ~/.ssh/config")));
        }
        List<Finding> found = new ArrayList<>();
        found.add(Finding.ok(Area.SSH, text(route)));
        for (Path missing : route.missing()) {
            found.add(
                    route.keys().isEmpty()
                            ? Finding.problem(
                                    Area.SSH,
                                    "the key file " + missing + " does not exist",
                                    "correct IdentityFile in ~/.ssh/config, or POCKETPAAS_SSH_KEY")
                            : Finding.note(Area.SSH, "the key file " + missing + " does not exist", ""));
        }
        if (route.keys().isEmpty() && route.missing().isEmpty() && route.agent().isEmpty()) {
            found.add(Finding.note(
                    Area.SSH, "there is no key in ~/.ssh and no ssh-agent", "make a key: ssh-keygen -t ed25519"));
        }
        for (Path key : route.keys()) {
            if (isOpen(key)) {
                found.add(Finding.warning(
                                Area.SSH,
                                "others can read or write the key file " + key + "; ssh does not use such a key",
                                "chmod 600 " + key)
                        .fixedBy(CHMOD + key));
            }
        }
        route.notes().forEach(note -> found.add(Finding.note(Area.SSH, note, "")));
        return found;
    }

    private static String text(SshRoute route) {
        String through = route.through().isEmpty() ? "" : ", through " + String.join(", ", route.through());
        String command = route.command().isEmpty() ? "" : ", by a ProxyCommand";
        List<String> keys = route.keys().stream().map(Path::toString).toList();
        String shown = keys.isEmpty() ? "" : ", keys: " + String.join(", ", keys);
        String agent = route.agent().isEmpty() ? "" : ", ssh-agent";
        return route.login() + through + command + shown + agent;
    }

    private static boolean isOpen(Path key) {
        try {
            return !OWNER.containsAll(withoutExecution(Files.getPosixFilePermissions(key)));
        } catch (IOException | UnsupportedOperationException e) {
            // A file system without permissions, or a file that nobody may look at: the login tells.
            return false;
        }
    }

    private static Set<PosixFilePermission> withoutExecution(Set<PosixFilePermission> all) {
        Set<PosixFilePermission> rest = new HashSet<>(all);
        rest.remove(PosixFilePermission.OWNER_EXECUTE);
        return rest;
    }

    /** Puts the permissions of key files right; the findings that this was done for. */
    static List<Finding> mend(List<Finding> findings) {
        List<Finding> done = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding.fix().startsWith(CHMOD)) {
                try {
                    Files.setPosixFilePermissions(Path.of(finding.fix().substring(CHMOD.length())), OWNER);
                    done.add(finding);
                } catch (IOException e) {
                    // Somebody else's file: it is found once more.
                    continue;
                }
            }
        }
        return done;
    }
}
