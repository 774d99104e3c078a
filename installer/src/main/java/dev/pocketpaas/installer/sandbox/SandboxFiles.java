package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.ssh.SshKeyPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What a sandbox keeps on the laptop: a key pair and the droplet's host key. */
final class SandboxFiles {
    private final Path directory;

    SandboxFiles(Path state, String name) {
        this.directory = state.resolve(name);
    }

    Path identity() {
        return directory.resolve("id_ed25519");
    }

    Path knownHosts() {
        return directory.resolve("known_hosts");
    }

    /** The public key, made with its private half when there is none yet. */
    String publicKey() {
        Path file = directory.resolve("id_ed25519.pub");
        try {
            if (!Files.exists(file)) {
                SshKeyPair pair = SshKeyPair.generate("pocketpaas-sandbox");
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                Files.deleteIfExists(identity());
                Files.createFile(
                        identity(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.write(identity(), pair.privateKey().reveal());
                Files.writeString(file, pair.publicKey() + "\n");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files the droplet's host key, which we read inside the droplet: nobody has to be asked whether it is the right one. */
    void trust(int port, String hostKey) {
        try {
            Files.writeString(knownHosts(), "[127.0.0.1]:" + port + " " + hostKey + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether an earlier run got as far as filing the host key. */
    boolean complete() {
        return Files.exists(identity()) && Files.exists(knownHosts());
    }

    void remove() {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(directory)) {
            List<Path> all = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path path : all) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
