package dev.pocketpaas.core.certificate;

import dev.pocketpaas.core.name.Secret;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The private key of a certificate, read from any of the forms that OpenSSL writes: PKCS#8, PKCS#1, SEC1, each of them encrypted or not.
 */
public final class ServerKey {
    private static final int ATTEMPTS = 3;

    private final PrivateKey key;
    private final byte[] encoded;

    private ServerKey(PrivateKey key, byte[] encoded) {
        this.key = key;
        this.encoded = encoded;
    }

    /** The one key in {@code file}, which {@code name} is the name of. */
    public static ServerKey read(byte[] file, String name, Passphrases passphrases) {
        List<Pem> blocks = Pem.parse(file, name);
        List<Pem> keys = blocks.stream()
                .filter(block -> block.label().endsWith("PRIVATE KEY"))
                .toList();
        if (keys.isEmpty()) {
            boolean open = blocks.stream().anyMatch(block -> block.label().endsWith("PUBLIC KEY"));
            throw (open ? CertificateProblem.PUBLIC_KEY : CertificateProblem.NO_KEY).failure(name);
        }
        if (keys.size() > 1) {
            throw CertificateProblem.SEVERAL_KEYS.failure(name);
        }
        Pem block = keys.get(0);
        if (block.label().equals("OPENSSH PRIVATE KEY")) {
            throw CertificateProblem.SSH_KEY.failure(name);
        }
        byte[] pkcs8 = EncryptedKey.of(block)
                .map(locked -> open(locked, name, passphrases))
                .orElseGet(block::bytes);
        return of(block.label(), pkcs8, name);
    }

    private static byte[] open(EncryptedKey locked, String name, Passphrases passphrases) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Optional<char[]> passphrase = passphrases.ask(name, attempt);
            if (passphrase.isEmpty()) {
                throw (attempt == 1 ? CertificateProblem.NO_PASSPHRASE : CertificateProblem.WRONG_PASSPHRASE)
                        .failure(name);
            }
            Optional<byte[]> opened = locked.open(passphrase.get());
            Arrays.fill(passphrase.get(), ' ');
            if (opened.isPresent()) {
                return opened.get();
            }
        }
        throw CertificateProblem.WRONG_PASSPHRASE.failure(name);
    }

    private static ServerKey of(String label, byte[] bytes, String name) {
        byte[] pkcs8;
        try {
            pkcs8 = switch (label) {
                case "RSA PRIVATE KEY" -> Pkcs8.ofPkcs1(bytes);
                case "EC PRIVATE KEY" -> Pkcs8.ofSec1(bytes);
                default -> bytes;
            };
        } catch (IllegalArgumentException e) {
            throw CertificateProblem.DAMAGED.failure(name, e);
        }
        for (String algorithm : List.of("RSA", "EC")) {
            try {
                PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
                return new ServerKey(key, pkcs8);
            } catch (GeneralSecurityException e) {
                // Of another kind, or none at all.
            }
        }
        boolean other = label.equals("DSA PRIVATE KEY") || pkcs8 == bytes && Pkcs8.matches(bytes);
        throw (other ? CertificateProblem.KEY_KIND : CertificateProblem.DAMAGED).failure(name);
    }

    /** The key. */
    PrivateKey key() {
        return key;
    }

    /** The key as PKCS#8 PEM text without encryption, the form in which the host keeps it. */
    public Secret pem() {
        return Secret.of(Pem.text("PRIVATE KEY", encoded));
    }

    @Override
    public String toString() {
        return "a private key (" + key.getAlgorithm() + ")";
    }
}
