package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Map;
import java.util.Set;

/**
 * A public key as it stands in a {@code .pub} file: {@code type base64 [comment]}.
 *
 * @param type for example {@code ssh-ed25519}
 * @param base64 the key itself
 * @param comment what its owner calls it; may be empty
 */
public record PublicKeyLine(String type, String base64, String comment) {
    private static final Set<String> TYPES = Set.of(
            "ssh-ed25519",
            "ecdsa-sha2-nistp256",
            "ecdsa-sha2-nistp384",
            "ecdsa-sha2-nistp521",
            "ssh-rsa",
            "sk-ssh-ed25519@openssh.com",
            "sk-ecdsa-sha2-nistp256@openssh.com");
    /** How many bytes the first field after the type must have: the key of Ed25519, the name of the curve. */
    private static final Map<String, Integer> FIRST_FIELD = Map.of(
            "ssh-ed25519", 32,
            "sk-ssh-ed25519@openssh.com", 32,
            "ecdsa-sha2-nistp256", 8,
            "ecdsa-sha2-nistp384", 8,
            "ecdsa-sha2-nistp521", 8,
            "sk-ecdsa-sha2-nistp256@openssh.com", 8);

    private static final int LONGEST = 16 * 1024;
    private static final int SMALLEST_RSA = 2048;

    /** Reads the line; anything but one valid public key is a usage error that says what it is instead. */
    public static PublicKeyLine parse(String text) {
        String line = text.strip();
        if (line.contains("PRIVATE KEY")) {
            throw PocketException.usage(
                    "that is a private key, which nobody else should see",
                    "give the public half, the file that ends in .pub");
        }
        if (line.isEmpty() || line.length() > LONGEST) {
            throw invalid(line.isEmpty() ? "there is no public key in it" : "it is too long for a public key");
        }
        if (line.contains("\n") || line.contains("\r")) {
            throw invalid("there is more than one line");
        }
        String[] words = line.split("[ \t]+", 3);
        if (words[0].equals("ssh-dss")) {
            throw invalid("DSA keys are no longer safe, and no host takes them");
        }
        if (!TYPES.contains(words[0]) || words.length < 2) {
            throw invalid("\"" + Printable.of(words[0]) + "\" is not a type of key");
        }
        byte[] blob = SshWire.keyBlob(words[0], words[1]);
        if (blob == null) {
            throw invalid("the key in it is damaged");
        }
        check(words[0], blob);
        String comment = words.length > 2 ? words[2].strip() : "";
        if (comment.chars().anyMatch(Character::isISOControl)) {
            throw invalid("there are control characters in it");
        }
        return new PublicKeyLine(words[0], words[1], comment);
    }

    private static void check(String type, byte[] blob) {
        try {
            SshWire.Reader reader = new SshWire.Reader(blob);
            reader.string();
            byte[] first = reader.string();
            if (type.equals("ssh-rsa")) {
                int bits = new BigInteger(1, reader.string()).bitLength();
                if (bits < SMALLEST_RSA) {
                    throw invalid("an RSA key of " + bits + " bits is too weak, it takes " + SMALLEST_RSA);
                }
            } else if (first.length != FIRST_FIELD.getOrDefault(type, first.length)) {
                throw invalid("the key in it is damaged");
            }
        } catch (IllegalArgumentException e) {
            throw invalid("the key in it is damaged");
        }
    }

    private static PocketException invalid(String why) {
        return PocketException.usage(
                "this is not a public key: " + why,
                "it looks like \"ssh-ed25519 AAAA… name\", one line, as in ~/.ssh/id_ed25519.pub");
    }

    /** The fingerprint as ssh shows it, {@code SHA256:…}. */
    public String fingerprint() {
        return SshWire.fingerprint(Base64.getDecoder().decode(base64));
    }

    /** Type and key, without the comment. */
    public String bare() {
        return type + " " + base64;
    }

    /** The line. */
    @Override
    public String toString() {
        return comment.isEmpty() ? bare() : bare() + " " + comment;
    }
}
