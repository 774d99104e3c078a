package dev.pocketpaas.core.ssh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The hosts a user trusts, as OpenSSH files them (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): plain and hashed names, ports, patterns,
 * {@code @revoked} and {@code @cert-authority}. A line that cannot be read is passed over, as ssh does.
 */
final class KnownHosts {
    private static final int HASH_BYTES = 20;

    private final List<Entry> entries;

    private KnownHosts(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** What the files say about a key. */
    enum Verdict {
        TRUSTED,
        UNKNOWN,
        CHANGED,
        REVOKED,
        AUTHORITY_ONLY
    }

    /**
     * A verdict with the line it rests on.
     *
     * @param verdict what the files say
     * @param entry the line, or null where there is none
     */
    record Answer(Verdict verdict, @Nullable Entry entry) {}

    private enum Marker {
        NONE,
        AUTHORITY,
        REVOKED
    }

    /** One line. */
    static final class Entry {
        private final Path file;
        private final int line;
        private final Marker marker;
        private final String names;
        private final String type;
        private final byte[] key;

        private Entry(Path file, int line, Marker marker, String names, String type, byte[] key) {
            this.file = file;
            this.line = line;
            this.marker = marker;
            this.names = names;
            this.type = type;
            this.key = key;
        }

        /** Where the line is, as {@code file:line}. */
        String place() {
            return file + ":" + line;
        }

        String type() {
            return type;
        }

        private boolean names(String name) {
            if (names.startsWith("|1|")) {
                return hashMatches(name);
            }
            boolean found = false;
            for (String pattern : names.split(",")) {
                boolean negated = pattern.startsWith("!");
                if (Wildcard.matches((negated ? pattern.substring(1) : pattern).toLowerCase(Locale.ROOT), name)) {
                    if (negated) {
                        return false;
                    }
                    found = true;
                }
            }
            return found;
        }

        private boolean hashMatches(String name) {
            String[] parts = names.split("\\|");
            if (parts.length != 4) {
                return false;
            }
            try {
                byte[] salt = Base64.getDecoder().decode(parts[2]);
                byte[] expected = Base64.getDecoder().decode(parts[3]);
                return salt.length > 0 && MessageDigest.isEqual(hash(salt, name), expected);
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    /** Reads all {@code files} that exist. */
    static KnownHosts read(List<Path> files) {
        List<Entry> entries = new ArrayList<>();
        for (Path file : files) {
            try {
                if (Files.isReadable(file) && !Files.isDirectory(file)) {
                    // Latin-1 takes any byte: a comment in another encoding must not hide the hosts.
                    parse(file, Files.readString(file, StandardCharsets.ISO_8859_1), entries);
                }
            } catch (IOException e) {
                // As ssh does: a file that cannot be read knows no host.
            }
        }
        return new KnownHosts(entries);
    }

    private static void parse(Path file, String text, List<Entry> entries) {
        String[] lines = text.split("\n");
        for (int i = 0; i < lines.length; i++) {
            List<String> words = new ArrayList<>(Arrays.asList(lines[i].strip().split("[ \t]+")));
            if (words.get(0).isEmpty() || words.get(0).startsWith("#")) {
                continue;
            }
            Marker marker = Marker.NONE;
            if (words.get(0).startsWith("@")) {
                switch (words.remove(0)) {
                    case "@revoked" -> marker = Marker.REVOKED;
                    case "@cert-authority" -> marker = Marker.AUTHORITY;
                    default -> words.clear();
                }
            }
            if (words.size() >= 3) {
                byte[] key = SshWire.keyBlob(words.get(1), words.get(2));
                if (key != null) {
                    entries.add(new Entry(file, i + 1, marker, words.get(0), words.get(1), key));
                }
            }
        }
    }

    /** How a host is written in the files: the port is named where it is not ssh's own. */
    static String nameOf(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        return port == 22 ? name : "[" + name + "]:" + port;
    }

    /** What is known about {@code key} of {@code host} at {@code port}. */
    Answer check(String host, int port, byte[] key) {
        String name = nameOf(host, port);
        String plain = nameOf(host, 22);
        Entry revoked = find(Marker.REVOKED, key, name, plain);
        if (revoked != null) {
            return new Answer(Verdict.REVOKED, revoked);
        }
        // ssh also accepts the key of an entry that names no port.
        Entry trusted = find(Marker.NONE, key, name, plain);
        if (trusted != null) {
            return new Answer(Verdict.TRUSTED, trusted);
        }
        Entry other = find(Marker.NONE, null, name);
        if (other != null) {
            return new Answer(Verdict.CHANGED, other);
        }
        Entry authority = find(Marker.AUTHORITY, null, name, plain);
        return authority != null ? new Answer(Verdict.AUTHORITY_ONLY, authority) : new Answer(Verdict.UNKNOWN, null);
    }

    /** The line that trusts {@code authority} to vouch for {@code host}, or null. */
    @Nullable
    Entry authority(String host, int port, byte[] authority) {
        return find(Marker.AUTHORITY, authority, nameOf(host, port), nameOf(host, 22));
    }

    /** The line that revokes {@code key} for {@code host}, or null. */
    @Nullable
    Entry revoked(String host, int port, byte[] key) {
        return find(Marker.REVOKED, key, nameOf(host, port), nameOf(host, 22));
    }

    /** Whether some authority is trusted to vouch for {@code host}. */
    boolean hasAuthority(String host, int port) {
        return find(Marker.AUTHORITY, null, nameOf(host, port), nameOf(host, 22)) != null;
    }

    /** The signature algorithms of the keys that are known for the host, so that it is asked for one of them. */
    List<String> algorithms(String host, int port) {
        Set<String> algorithms = new LinkedHashSet<>();
        for (String name : List.of(nameOf(host, port), nameOf(host, 22))) {
            for (Entry entry : entries) {
                if (entry.marker == Marker.NONE && entry.names(name)) {
                    if (entry.type.equals("ssh-rsa")) {
                        algorithms.add("rsa-sha2-512");
                        algorithms.add("rsa-sha2-256");
                    } else {
                        algorithms.add(entry.type);
                    }
                }
            }
            if (!algorithms.isEmpty()) {
                break;
            }
        }
        return List.copyOf(algorithms);
    }

    private @Nullable Entry find(Marker marker, byte @Nullable [] key, String... names) {
        for (Entry entry : entries) {
            if (entry.marker == marker && (key == null || Arrays.equals(entry.key, key))) {
                for (String name : names) {
                    if (entry.names(name)) {
                        return entry;
                    }
                }
            }
        }
        return null;
    }

    /** Adds a line to {@code file}, making it and its directory for the user alone where they are missing. */
    static void append(Path file, String host, int port, String type, byte[] key, boolean hashed) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            Files.createDirectories(directory, permissions("rwx------"));
        }
        if (!Files.exists(file)) {
            Files.createFile(file, permissions("rw-------"));
        }
        String name = nameOf(host, port);
        String line = (hashed ? hashed(name) : name) + " " + type + " "
                + Base64.getEncoder().encodeToString(key) + "\n";
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.lock();
            long size = channel.size();
            ByteBuffer last = ByteBuffer.allocate(1);
            boolean open = size > 0 && channel.read(last, size - 1) == 1 && last.get(0) != '\n';
            ByteBuffer bytes = ByteBuffer.wrap(((open ? "\n" : "") + line).getBytes(StandardCharsets.ISO_8859_1));
            channel.position(size);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private static FileAttribute<?>[] permissions(String text) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text))}
                : new FileAttribute<?>[0];
    }

    private static String hashed(String name) {
        byte[] salt = new byte[HASH_BYTES];
        new SecureRandom().nextBytes(salt);
        Base64.Encoder encoder = Base64.getEncoder();
        return "|1|" + encoder.encodeToString(salt) + "|" + encoder.encodeToString(hash(salt, name));
    }

    private static byte[] hash(byte[] salt, String name) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(salt, "HmacSHA1"));
            return mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA1", e);
        }
    }
}
