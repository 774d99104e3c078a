package dev.pocketpaas.core.certificate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** A key behind a passphrase, in either of the two forms that OpenSSL writes. */
interface EncryptedKey {
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
            return Der.isPkcs8(opened) ? Optional.of(opened) : Optional.empty();
        } catch (IOException | GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    /** As {@code openssl rsa -aes256 -traditional} writes it: the key's key is MD5 of passphrase and salt, again and again. */
    private static Optional<byte[]> traditional(byte[] bytes, String info, char[] passphrase) {
        String[] parts = info.split(",", 2);
        try {
            byte[] vector = HexFormat.of().parseHex(parts.length == 2 ? parts[1].strip() : "");
            boolean des = parts[0].equals("DES-EDE3-CBC");
            int length = switch (parts[0]) {
                case "AES-128-CBC" -> 16;
                case "AES-192-CBC", "DES-EDE3-CBC" -> 24;
                case "AES-256-CBC" -> 32;
                default -> throw new GeneralSecurityException("unknown cipher");
            };
            Cipher cipher = Cipher.getInstance(des ? "DESede/CBC/PKCS5Padding" : "AES/CBC/PKCS5Padding");
            byte[] key = derive(passphrase, Arrays.copyOf(vector, 8), length);
            cipher.init(
                    Cipher.DECRYPT_MODE, new SecretKeySpec(key, des ? "DESede" : "AES"), new IvParameterSpec(vector));
            byte[] opened = cipher.doFinal(bytes);
            return opened.length > 0 && opened[0] == 0x30 ? Optional.of(opened) : Optional.empty();
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private static byte[] derive(char[] passphrase, byte[] salt, int length) throws GeneralSecurityException {
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(passphrase));
        byte[] secret = Arrays.copyOf(encoded.array(), encoded.limit());
        byte[] key = new byte[length];
        byte[] last = new byte[0];
        for (int at = 0; at < length; at += last.length) {
            md5.update(last);
            md5.update(secret);
            last = md5.digest(salt);
            System.arraycopy(last, 0, key, at, Math.min(last.length, length - at));
        }
        return key;
    }
}
