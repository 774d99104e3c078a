package dev.pocketpaas.core.certificate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.openssl.bc.BcPEMDecryptorProvider;

/** A key behind a passphrase, in either of the two forms that OpenSSL writes. */
interface EncryptedKey {
    /** What every key begins with. */
    int DER_SEQUENCE = 0x30;

    /** The key's bytes, nothing when the passphrase is another one. */
    Optional<byte[]> open(char[] passphrase);

    /** {@code block}, where it is encrypted. */
    static Optional<EncryptedKey> of(Pem block) {
        if (block.label().equals("ENCRYPTED PRIVATE KEY")) {
            return Optional.of(passphrase -> pkcs8(block.bytes(), passphrase));
        }
        if (block.headers().getOrDefault("Proc-Type", "").endsWith("ENCRYPTED")) {
            String info = block.headers().getOrDefault("DEK-Info", "");
            return Optional.of(passphrase -> traditional(block.bytes(), info, passphrase));
        }
        return Optional.empty();
    }

    private static Optional<byte[]> pkcs8(byte[] bytes, char[] passphrase) {
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(bytes);
            AlgorithmParameters parameters = info.getAlgParameters();
            // The scheme inside PBES2 is only told by its parameters (JDK-8245169).
            String scheme =
                    info.getAlgName().startsWith("PBES2") || info.getAlgName().startsWith("1.2.840.113549.1.5.13")
                            ? parameters.toString()
                            : info.getAlgName();
            SecretKey key = SecretKeyFactory.getInstance(scheme).generateSecret(new PBEKeySpec(passphrase));
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(Cipher.DECRYPT_MODE, key, parameters);
            byte[] opened = cipher.doFinal(info.getEncryptedData());
            return Pkcs8.matches(opened) ? Optional.of(opened) : Optional.empty();
        } catch (IOException | GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    /** As {@code openssl rsa -aes256 -traditional} writes it. */
    private static Optional<byte[]> traditional(byte[] bytes, String info, char[] passphrase) {
        String[] parts = info.split(",", 2);
        try {
            byte[] vector = HexFormat.of().parseHex(parts.length == 2 ? parts[1].strip() : "");
            byte[] opened = new BcPEMDecryptorProvider(asTyped(passphrase))
                    .get(parts[0])
                    .decrypt(bytes, vector);
            return opened.length > 0 && opened[0] == DER_SEQUENCE ? Optional.of(opened) : Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Bouncy Castle takes a character for a byte. OpenSSL takes the bytes that a terminal sends, which is UTF-8. */
    private static char[] asTyped(char[] passphrase) {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(passphrase));
        char[] typed = new char[encoded.remaining()];
        for (int i = 0; i < typed.length; i++) {
            typed[i] = (char) (encoded.get() & 0xff);
        }
        return typed;
    }
}
