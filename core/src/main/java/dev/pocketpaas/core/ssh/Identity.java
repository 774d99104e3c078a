package dev.pocketpaas.core.ssh;

import com.hierynomus.sshj.key.KeyAlgorithms;
import java.io.IOException;
import java.security.KeyPair;
import net.schmizz.sshj.signature.Signature;

/**
 * A key that may let us in.
 *
 * @param label what to call it in a message
 * @param blob the public half, or a certificate of it
 * @param signer makes signatures with the private half
 * @param direct whether signing costs nothing, so that no question comes first
 */
record Identity(String label, byte[] blob, Signer signer, boolean direct) {

    /** Makes a signature in ssh's encoding, the algorithm's name before it. */
    interface Signer {
        byte[] sign(byte[] data) throws IOException;
    }

    /** The key is a kind that we cannot sign with. */
    static final class Unsignable extends IOException {
        private static final long serialVersionUID = 1L;

        Unsignable(String message) {
            super(message);
        }
    }

    /** The key is encrypted, and nobody opened it. */
    static final class Locked extends IOException {
        private static final long serialVersionUID = 1L;

        Locked(String message) {
            super(message);
        }
    }

    /** The type of the key, or of the certificate. */
    String type() {
        return SshWire.typeOf(blob);
    }

    /** The public half without a certificate. */
    byte[] plainKey() {
        return SshCertificate.plainKey(blob);
    }

    /** The algorithm to sign with: RSA keys do so by SHA-2 only. */
    String algorithm() {
        return switch (type()) {
            case "ssh-rsa" -> "rsa-sha2-512";
            case "ssh-rsa-cert-v01@openssh.com" -> "rsa-sha2-512-cert-v01@openssh.com";
            default -> type();
        };
    }

    String describe() {
        boolean certificate = SshCertificate.isType(type());
        return label + " (" + (certificate ? "certificate of " : "") + SshCertificate.plainType(type()) + " "
                + SshWire.fingerprint(plainKey()) + ")";
    }

    /** Signs with a private key that we hold; a certificate is signed for by its key. */
    static byte[] sign(String type, KeyPair pair, byte[] data) throws IOException {
        KeyAlgorithms.Factory algorithm = switch (SshCertificate.plainType(type)) {
            case "ssh-ed25519" -> KeyAlgorithms.EdDSA25519();
            case "ecdsa-sha2-nistp256" -> KeyAlgorithms.ECDSASHANistp256();
            case "ecdsa-sha2-nistp384" -> KeyAlgorithms.ECDSASHANistp384();
            case "ecdsa-sha2-nistp521" -> KeyAlgorithms.ECDSASHANistp521();
            case "ssh-rsa" -> KeyAlgorithms.RSASHA512();
            default -> throw new Unsignable("keys of type " + type + " work through the ssh-agent only");
        };
        Signature signature = algorithm.create().newSignature();
        signature.initSign(pair.getPrivate());
        signature.update(data);
        return new SshWire.Writer()
                .string(signature.getSignatureName())
                .string(signature.encode(signature.sign()))
                .toBytes();
    }

    /** Whether keys of {@code type} live in a security key, whose private half no file holds. */
    static boolean isSecurityKey(String type) {
        return type.startsWith("sk-");
    }
}
