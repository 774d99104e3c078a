package dev.pocketpaas.core.ssh;

import java.util.OptionalInt;

/** One authenticated connection to a host; every channel of a command goes over it. Closing it ends all of them. */
public interface SshConnection extends AutoCloseable {
    /** Starts {@code command} on a channel of its own. */
    RemoteProcess start(RemoteCommand command);

    /**
     * The public key that let us in, as the two first fields of an authorized_keys line ({@code ssh-ed25519 AAAA…}). Where it was a certificate,
     * the key in it; where it was a password, the first of the user's keys.
     *
     * @throws dev.pocketpaas.core.failure.PocketException where the user has no key
     */
    String authenticatedKey();

    /** How many channels were opened so far; counted in tests. */
    int channelsOpened();

    /** How often something was sent and waited for until we were logged in; nothing where that is not known. */
    default OptionalInt loginRoundTrips() {
        return OptionalInt.empty();
    }

    /** The address the socket really reached, for messages. */
    String peer();

    /** Whether the socket goes from this machine to the host itself, through nothing in between. */
    default boolean isDirect() {
        return false;
    }

    @Override
    void close();
}
