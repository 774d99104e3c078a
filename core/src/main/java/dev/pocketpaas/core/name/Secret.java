package dev.pocketpaas.core.name;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A value that must not be shown: {@link #toString()} is masked. Holds bytes, as an environment value is bytes. */
public final class Secret {
    private final byte[] bytes;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The secret {@code text}, as UTF-8. */
    public static Secret of(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The secret {@code bytes}, copied. */
    public static Secret of(byte[] bytes) {
        return new Secret(bytes.clone());
    }

    /** The bytes, copied. */
    public byte[] reveal() {
        return bytes.clone();
    }

    /** The bytes read as UTF-8; for showing to the user who asked for it. */
    public String revealText() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "••••••";
    }
}
