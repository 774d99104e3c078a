package dev.pocketpaas.core.ssh;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The encoding of RFC 4251, section 5, as far as public keys, key files and the agent need it. */
final class SshWire {
    private SshWire() {}

    /** Collects fields. */
    static final class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Writer raw(byte[] value) {
            bytes.writeBytes(value);
            return this;
        }

        Writer number(int value) {
            return raw(ByteBuffer.allocate(4).putInt(value).array());
        }

        Writer string(byte[] value) {
            return number(value.length).raw(value);
        }

        Writer string(String value) {
            return string(value.getBytes(StandardCharsets.UTF_8));
        }

        byte[] toBytes() {
            return bytes.toByteArray();
        }
    }

    /** Reads fields; runs into {@link IllegalArgumentException} where there are too few bytes. */
    static final class Reader {
        private final ByteBuffer bytes;

        Reader(byte[] bytes) {
            this.bytes = ByteBuffer.wrap(bytes);
        }

        int number() {
            require(4);
            return bytes.getInt();
        }

        long big() {
            require(8);
            return bytes.getLong();
        }

        int position() {
            return bytes.position();
        }

        boolean hasMore() {
            return bytes.hasRemaining();
        }

        byte[] string() {
            int length = number();
            return raw(length);
        }

        byte[] raw(int length) {
            require(length);
            byte[] value = new byte[length];
            bytes.get(value);
            return value;
        }

        String text() {
            return new String(string(), StandardCharsets.UTF_8);
        }

        private void require(int length) {
            if (length < 0 || bytes.remaining() < length) {
                throw new IllegalArgumentException("the data ends too early");
            }
        }
    }

    /** The key blob written in base64 as {@code encoded}, or null when it is none of {@code type}. */
    static byte @Nullable [] keyBlob(String type, String encoded) {
        try {
            byte[] blob = Base64.getDecoder().decode(encoded);
            return new Reader(blob).text().equals(type) ? blob : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The type that a key blob begins with. */
    static String typeOf(byte[] blob) {
        try {
            return new Reader(blob).text();
        } catch (IllegalArgumentException e) {
            return "unknown";
        }
    }

    /** The first two fields of an authorized_keys line. */
    static String keyLine(byte[] blob) {
        return typeOf(blob) + " " + Base64.getEncoder().encodeToString(blob);
    }

    /** The fingerprint as ssh shows it. */
    static String fingerprint(byte[] blob) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(blob);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
