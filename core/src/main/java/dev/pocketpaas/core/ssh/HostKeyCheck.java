package dev.pocketpaas.core.ssh;

import java.security.PublicKey;
import java.util.Arrays;
import java.util.List;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;
import org.jspecify.annotations.Nullable;

/**
 * Compares the key of a host with what is known, and remembers what it saw. It never asks: it runs on the thread that reads from the network,
 * and a user takes longer than a host waits. Whoever connects asks, and connects again.
 */
final class HostKeyCheck implements HostKeyVerifier {
    private final KnownHosts known;
    private final SshTarget target;
    private final byte @Nullable [] confirmed;
    private volatile byte @Nullable [] seen;
    private volatile KnownHosts.@Nullable Answer answer;

    /**
     * @param confirmed a key that the user has just confirmed, or null
     */
    HostKeyCheck(KnownHosts known, SshTarget target, byte @Nullable [] confirmed) {
        this.known = known;
        this.target = target;
        this.confirmed = confirmed;
    }

    @Override
    public boolean verify(String hostname, int port, PublicKey key) {
        byte[] blob = new Buffer.PlainBuffer().putPublicKey(key).getCompactData();
        KnownHosts.Answer found = known.check(target.keyName(), target.keyPort(), blob);
        seen = blob;
        answer = found;
        return switch (found.verdict()) {
            case TRUSTED -> true;
            case UNKNOWN -> Arrays.equals(blob, confirmed) || target.newHosts() == SshTarget.NewHosts.ACCEPT;
            case CHANGED, REVOKED, AUTHORITY_ONLY -> false;
        };
    }

    @Override
    public List<String> findExistingAlgorithms(String hostname, int port) {
        return known.algorithms(target.keyName(), target.keyPort());
    }

    /** The key that the host showed, or null when it came to none. */
    byte @Nullable [] seen() {
        return seen;
    }

    /** What is known about that key, or null when there was none. */
    KnownHosts.@Nullable Answer answer() {
        return answer;
    }
}
