package dev.pocketpaas.core.ssh;

import java.util.Optional;

/** What the transport may have to ask or tell the user. A non-interactive implementation refuses. */
public interface SshPrompts {
    /**
     * Whether to trust a host that was never seen.
     *
     * @param host name and port as the user knows it
     * @param keyType for example {@code ssh-ed25519}
     * @param fingerprint {@code SHA256:…}
     */
    boolean trustHost(String host, String keyType, String fingerprint);

    /**
     * The passphrase of a key file, or nothing when the user gives up; {@code attempt} counts from 1. May be called on another thread than
     * the one that connects, which waits meanwhile. The array is blanked after use.
     */
    Optional<char[]> passphrase(String keyFile, int attempt);

    /** The password of {@code login}, or nothing when the user gives up; {@code attempt} counts from 1. The array is blanked after use. */
    default Optional<char[]> password(String login, int attempt) {
        return Optional.empty();
    }

    /**
     * The answer to a question of the host (a one-time code, a password), or nothing when the user gives up. May be called on another thread
     * than the one that connects. The array is blanked after use.
     *
     * @param login who is to log in where
     * @param question the host's own words
     * @param shown whether the answer may be seen while it is typed
     */
    default Optional<char[]> answer(String login, String question, boolean shown) {
        return Optional.empty();
    }

    /** Whether there is somebody to ask. */
    default boolean canAsk() {
        return true;
    }

    /** Tells the user one line. */
    default void tell(String line) {}

    /** Nobody is there to ask: no host is trusted, no key opened. */
    static SshPrompts refusing() {
        return new SshPrompts() {
            @Override
            public boolean trustHost(String host, String keyType, String fingerprint) {
                return false;
            }

            @Override
            public Optional<char[]> passphrase(String keyFile, int attempt) {
                return Optional.empty();
            }

            @Override
            public boolean canAsk() {
                return false;
            }
        };
    }
}
