package dev.pocketpaas.core.certificate;

import java.io.IOException;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Older forms of a key as PKCS#8 (RFC 5208). */
final class Pkcs8 {
    private Pkcs8() {}

    /**
     * Of an {@code RSAPrivateKey} (RFC 8017).
     *
     * @throws IllegalArgumentException when it is none
     */
    static byte[] ofPkcs1(byte[] key) {
        AlgorithmIdentifier rsa = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
        return encoded(rsa, RSAPrivateKey.getInstance(key));
    }

    /**
     * Of an {@code ECPrivateKey} (RFC 5915), which has to name its curve.
     *
     * @throws IllegalArgumentException when it is none
     */
    static byte[] ofSec1(byte[] key) {
        ECPrivateKey read = ECPrivateKey.getInstance(key);
        if (read.getParametersObject() == null) {
            throw new IllegalArgumentException("no curve");
        }
        return encoded(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, read.getParametersObject()), read);
    }

    /** Whether {@code key} is PKCS#8 of any algorithm. */
    static boolean matches(byte[] key) {
        try {
            PrivateKeyInfo.getInstance(key);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] encoded(AlgorithmIdentifier algorithm, ASN1Encodable key) {
        try {
            return new PrivateKeyInfo(algorithm, key).getEncoded();
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
