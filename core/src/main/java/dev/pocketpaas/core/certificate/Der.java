package dev.pocketpaas.core.certificate;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;

/** The little of DER that is needed to put older forms of a key into PKCS#8. */
final class Der {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xa0;

    private static final byte[] VERSION = {INTEGER, 1, 0};
    /** {@code rsaEncryption} with NULL. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    /** {@code id-ecPublicKey}. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private Der() {}

    /** {@code RSAPrivateKey} (RFC 8017) inside a {@code PrivateKeyInfo} (RFC 5208). */
    static byte[] pkcs8OfPkcs1(byte[] key) {
        return wrap(SEQUENCE, VERSION, RSA, wrap(OCTETS, key));
    }

    /** {@code ECPrivateKey} (RFC 5915) inside a {@code PrivateKeyInfo}; the curve comes out of it. */
    static byte[] pkcs8OfSec1(byte[] key) {
        Reader fields = new Reader(new Reader(key).next(SEQUENCE));
        fields.next(INTEGER);
        fields.next(OCTETS);
        byte[] curve = fields.next(PARAMETERS);
        return wrap(SEQUENCE, VERSION, wrap(SEQUENCE, EC, curve), wrap(OCTETS, key));
    }

    /** Whether {@code key} looks like a {@code PrivateKeyInfo} of any algorithm. */
    static boolean isPkcs8(byte[] key) {
        try {
            Reader fields = new Reader(new Reader(key).next(SEQUENCE));
            fields.next(INTEGER);
            fields.next(SEQUENCE);
            fields.next(OCTETS);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] wrap(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        List.of(parts).forEach(content::writeBytes);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        int length = content.size();
        if (length < 0x80) {
            whole.write(length);
        } else if (length < 0x100) {
            whole.write(0x81);
            whole.write(length);
        } else {
            whole.write(0x82);
            whole.write(length >> 8);
            whole.write(length);
        }
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }

    /** Reads one value after the other. */
    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        /** The content of the next value, which must have {@code tag}. */
        byte[] next(int tag) {
            if (octet() != tag) {
                throw new IllegalArgumentException("not what belongs here");
            }
            int length = octet();
            if (length >= 0x80) {
                int digits = length - 0x80;
                if (digits > 3) {
                    throw new IllegalArgumentException("too long");
                }
                length = 0;
                for (int i = 0; i < digits; i++) {
                    length = length << 8 | octet();
                }
            }
            if (length > bytes.length - at) {
                throw new IllegalArgumentException("cut off");
            }
            byte[] content = new byte[length];
            System.arraycopy(bytes, at, content, 0, length);
            at += length;
            return content;
        }

        private int octet() {
            if (at >= bytes.length) {
                throw new IllegalArgumentException("cut off");
            }
            return bytes[at++] & 0xff;
        }
    }
}
