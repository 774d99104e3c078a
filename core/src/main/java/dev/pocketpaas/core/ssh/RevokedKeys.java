package dev.pocketpaas.core.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file of keys that are never believed (RevokedHostKeys): a list of public keys. The binary form is OpenSSH's own. */
final class RevokedKeys {
    private static final byte[] BINARY = "SSHKRL\n\0".getBytes(StandardCharsets.ISO_8859_1);

    private final List<byte[]> keys;

    private RevokedKeys(List<byte[]> keys) {
        this.keys = keys;
    }

    /**
     * Reads {@code file}; nothing where it is of the binary form.
     *
     * @throws IOException where it cannot be read; then no host may be believed
     */
    static Optional<RevokedKeys> read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length >= BINARY.length && Arrays.equals(Arrays.copyOf(bytes, BINARY.length), BINARY)) {
            return Optional.empty();
        }
        List<byte[]> keys = new ArrayList<>();
        for (String line : new String(bytes, StandardCharsets.ISO_8859_1).split("\n")) {
            String[] words = line.strip().split("[ \t]+");
            byte @Nullable [] key =
                    words.length < 2 || words[0].startsWith("#") ? null : SshWire.keyBlob(words[0], words[1]);
            if (key != null) {
                keys.add(key);
            }
        }
        return Optional.of(new RevokedKeys(keys));
    }

    boolean holds(byte[] key) {
        return keys.stream().anyMatch(revoked -> Arrays.equals(revoked, key));
    }
}
