package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.name.Secret;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * A new key pair.
 *
 * @param publicKey the line for {@code authorized_keys}
 * @param privateKey the text of the private key file, in OpenSSH's format, not encrypted
 */
public record SshKeyPair(PublicKeyLine publicKey, Secret privateKey) {
    private static final int RAW = 32;
    private static final int BLOCK = 8;
    private static final int LINE = 70;

    /** Makes an Ed25519 key pair with {@code comment}. */
    public static SshKeyPair generate(String comment) {
        KeyPair pair;
        try {
            pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java of 15 and later has Ed25519", e);
        }
        // The raw keys are the last bytes of the standard encodings (RFC 8410).
        byte[] publicRaw = last(pair.getPublic().getEncoded());
        byte[] privateRaw = last(pair.getPrivate().getEncoded());
        byte[] blob =
                new SshWire.Writer().string("ssh-ed25519").string(publicRaw).toBytes();
        PublicKeyLine line =
                PublicKeyLine.parse("ssh-ed25519 " + Base64.getEncoder().encodeToString(blob) + " " + comment);
        return new SshKeyPair(line, Secret.of(file(blob, publicRaw, privateRaw, comment)));
    }

    private static String file(byte[] blob, byte[] publicRaw, byte[] privateRaw, String comment) {
        int check = new SecureRandom().nextInt();
        byte[] both = Arrays.copyOf(privateRaw, 2 * RAW);
        System.arraycopy(publicRaw, 0, both, RAW, RAW);
        SshWire.Writer secret = new SshWire.Writer()
                .number(check)
                .number(check)
                .string("ssh-ed25519")
                .string(publicRaw)
                .string(both)
                .string(comment);
        int rest = secret.toBytes().length % BLOCK;
        for (byte pad = 1; rest != 0 && pad <= BLOCK - rest; pad++) {
            secret.raw(new byte[] {pad});
        }
        byte[] envelope = new SshWire.Writer()
                .raw("openssh-key-v1\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .string("none")
                .string("none")
                .string("")
                .number(1)
                .string(blob)
                .string(secret.toBytes())
                .toBytes();
        String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(envelope);
        return "-----BEGIN OPENSSH PRIVATE KEY-----\n" + body + "\n-----END OPENSSH PRIVATE KEY-----\n";
    }

    private static byte[] last(byte[] encoded) {
        return Arrays.copyOfRange(encoded, encoded.length - RAW, encoded.length);
    }
}
