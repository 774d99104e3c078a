package dev.pocketpaas.core.ssh;

import java.security.PublicKey;
import java.time.Instant;
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
    private final @Nullable RevokedKeys revoked;
    private final SshTarget target;
    private final byte @Nullable [] confirmed;
    private volatile byte @Nullable [] seen;
    private volatile KnownHosts.@Nullable Answer answer;
    private volatile @Nullable String problem;

    /**
     * @param revoked keys that are never believed, or null
     * @param confirmed a key that the user has just confirmed, or null
     */
    HostKeyCheck(KnownHosts known, @Nullable RevokedKeys revoked, SshTarget target, byte @Nullable [] confirmed) {
        this.known = known;
        this.revoked = revoked;
        this.target = target;
        this.confirmed = confirmed;
    }

    @Override
    public boolean verify(String hostname, int port, PublicKey key) {
        byte[] shown = new Buffer.PlainBuffer().putPublicKey(key).getCompactData();
        SshCertificate certificate = SshCertificate.read(shown).orElse(null);
        byte[] blob = certificate == null ? shown : certificate.key();
        seen = blob;
        if (revoked != null
                && (revoked.holds(blob) || (certificate != null && revoked.holds(certificate.authority())))) {
            answer = new KnownHosts.Answer(KnownHosts.Verdict.REVOKED, null);
            problem = String.valueOf(target.trust().revoked());
            return false;
        }
        if (certificate != null && vouchedFor(certificate)) {
            answer = new KnownHosts.Answer(KnownHosts.Verdict.TRUSTED, null);
            return true;
        }
        if (answer != null && answer.verdict() == KnownHosts.Verdict.REVOKED) {
            return false;
        }
        KnownHosts.Answer found = known.check(target.keyName(), target.keyPort(), blob);
        answer = found;
        return switch (found.verdict()) {
            case TRUSTED -> true;
            case UNKNOWN -> Arrays.equals(blob, confirmed) || target.trust().newHosts() == SshTarget.NewHosts.ACCEPT;
            // ssh asks, too, about a host whose certificate is missing.
            case AUTHORITY_ONLY -> Arrays.equals(blob, confirmed);
            case CHANGED, REVOKED -> false;
        };
    }

    private boolean vouchedFor(SshCertificate certificate) {
        KnownHosts.Entry bad = known.revoked(target.keyName(), target.keyPort(), certificate.authority());
        if (bad != null) {
            answer = new KnownHosts.Answer(KnownHosts.Verdict.REVOKED, bad);
            return false;
        }
        if (known.revoked(target.keyName(), target.keyPort(), certificate.key()) != null
                || known.authority(target.keyName(), target.keyPort(), certificate.authority()) == null) {
            return false;
        }
        problem = certificate.problemAsHost(target.keyName(), Instant.now());
        return problem == null;
    }

    @Override
    public List<String> findExistingAlgorithms(String hostname, int port) {
        List<String> algorithms = known.algorithms(target.keyName(), target.keyPort());
        if (!known.hasAuthority(target.keyName(), target.keyPort())) {
            return algorithms;
        }
        return List.of(
                "ssh-ed25519-cert-v01@openssh.com",
                "ecdsa-sha2-nistp256-cert-v01@openssh.com",
                "ecdsa-sha2-nistp384-cert-v01@openssh.com",
                "ecdsa-sha2-nistp521-cert-v01@openssh.com",
                "rsa-sha2-512-cert-v01@openssh.com",
                "rsa-sha2-256-cert-v01@openssh.com");
    }

    /** The key that the host showed, or null when it came to none. */
    byte @Nullable [] seen() {
        return seen;
    }

    /** What is known about that key, or null when there was none. */
    KnownHosts.@Nullable Answer answer() {
        return answer;
    }

    /** What more there is to say about the answer, or null. */
    @Nullable
    String problem() {
        return problem;
    }
}
