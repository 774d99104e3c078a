package dev.pocketpaas.core.backup;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;
import java.util.regex.Pattern;

/**
 * The fingerprint of the key by which another machine is known.
 *
 * @param value as ssh shows it
 */
public record KeyFingerprint(String value) {
    private static final Pattern VALID = Pattern.compile(Patterns.FINGERPRINT);

    /** Checks the text. */
    public KeyFingerprint {
        if (!VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not the fingerprint of an SSH key",
                    "SHA256: and 43 characters, as \"ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\" shows it there");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
