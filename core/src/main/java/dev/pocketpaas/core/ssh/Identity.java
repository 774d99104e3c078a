package dev.pocketpaas.core.ssh;

import com.hierynomus.sshj.key.KeyAlgorithms;
import java.io.IOException;
import java.security.KeyPair;
import net.schmizz.sshj.signature.Signature;

/**
 * A key that may let us in.
 *
 * @param label what to call it in a message
 * @param blob the public half
 * @param signer makes signatures with the private half
 * @param direct whether signing costs nothing, so that no question comes first
 */
record Identity(String label, byte[] blob, Signer signer, boolean direct) {

    /** Makes a signature in ssh's encoding, the algorithm's name before it. */
    interface Signer {
        byte[] sign(byte[] data) throws IOException;
    }

    String type() {
        return SshWire.typeOf(blob);
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
        return label + " (" + type() + " " + SshWire.fingerprint(blob) + ")";
    }

    /** Signs with a private key that we hold. */
    static byte[] sign(String type, KeyPair pair, byte[] data) throws IOException {
        KeyAlgorithms.Factory algorithm = switch (type) {
            case "ssh-ed25519" -> KeyAlgorithms.EdDSA25519();
            case "ecdsa-sha2-nistp256" -> KeyAlgorithms.ECDSASHANistp256();
            case "ecdsa-sha2-nistp384" -> KeyAlgorithms.ECDSASHANistp384();
            case "ecdsa-sha2-nistp521" -> KeyAlgorithms.ECDSASHANistp521();
            case "ssh-rsa" -> KeyAlgorithms.RSASHA512();
            default -> throw new IOException("keys of type " + type + " work through the ssh-agent only");
        };
        Signature signature = algorithm.create().newSignature();
        signature.initSign(pair.getPrivate());
        signature.update(data);
        return new SshWire.Writer()
                .string(signature.getSignatureName())
                .string(signature.encode(signature.sign()))
                .toBytes();
    }
}
