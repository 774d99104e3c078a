package dev.pocketpaas.core.certificate;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.util.List;

/**
 * Everything that can be wrong with a certificate or a key that a user brings; docs/certificates.md lists them all. {@code %s} stands for a
 * name.
 */
public enum CertificateProblem {
    /** Neither text nor anything we know. */
    NOT_PEM("%s is not PEM text", "it begins with -----BEGIN CERTIFICATE-----; ask the authority for the PEM form"),
    /** The binary form of a certificate or a key. */
    BINARY(
            "%s is in the binary form (DER or PKCS#12)",
            "convert it: openssl x509 -inform der, or openssl pkcs12 -nodes"),
    /** PEM that cannot be decoded. */
    DAMAGED("%s is damaged: a block cannot be read", "copy the file again, whole, from where it came from"),
    /** No certificate in the file. */
    NO_CERTIFICATE("%s holds no certificate", "give the file that begins with -----BEGIN CERTIFICATE-----"),
    /** A request in place of a certificate. */
    REQUEST("%s holds a signing request and not a certificate", "send it to the authority, and give what comes back"),
    /** No key in the file. */
    NO_KEY("%s holds no private key", "give the file that was made together with the signing request (--key)"),
    /** A public key. */
    PUBLIC_KEY(
            "%s holds a public key and not the private one",
            "give the file that begins with -----BEGIN PRIVATE KEY-----"),
    /** An SSH key. */
    SSH_KEY("%s holds a key for SSH", "a certificate's key begins with -----BEGIN PRIVATE KEY-----"),
    /** Several keys. */
    SEVERAL_KEYS("%s holds more than one private key", "leave the one that belongs to the certificate"),
    /** A key of a kind that browsers do not take. */
    KEY_KIND("the key in %s is of a kind that browsers do not take", "make a new one: RSA with 2048 bits, or EC P-256"),
    /** An encrypted key, and nobody to ask. */
    NO_PASSPHRASE(
            "the key in %s is encrypted, and nobody can be asked for its passphrase",
            "run this on a terminal, or decrypt it first: openssl pkey"),
    /** The passphrase is not the one. */
    WRONG_PASSPHRASE("the passphrase does not open the key in %s", "try again; without it the key cannot be used"),
    /** Key and certificate are of two pairs. */
    KEY_MISMATCH(
            "the key does not belong to the certificate of %s", "give the key that the certificate was requested with"),
    /** The issuer is missing. */
    INCOMPLETE(
            "the chain is incomplete: the issuer's certificate is missing after that of %s",
            "give the full chain (authorities call it fullchain or bundle)"),
    /** It was valid once. */
    EXPIRED("the certificate of %s has expired", "get a new one from the authority"),
    /** It will be valid. */
    NOT_YET_VALID("the certificate of %s is not valid yet", "wait until it is, or put the clock of this machine right"),
    /** An authority's certificate in place of a server's. */
    AUTHORITY("the certificate of %s is an authority's and not a server's", "put the app's own certificate first"),
    /** Issued for something else than servers. */
    PURPOSE(
            "the certificate of %s is not made for web servers",
            "ask the authority for one with the purpose serverAuth"),
    /** Names only in the common name. */
    NO_NAMES(
            "the certificate of %s names no domain in the way that browsers read (subjectAltName)",
            "ask the authority for a new one"),
    /** The key is too short. */
    WEAK_KEY("the key of %s is too weak", "make a new one: RSA with 2048 bits or more, or EC P-256"),
    /** A signature that can be forged. */
    WEAK_SIGNATURE(
            "the certificate of %s is signed with a broken algorithm (SHA-1 or MD5)",
            "ask the authority for a new one"),
    /** A domain that was named is not in it. */
    DOMAIN_NOT_COVERED("the certificate does not cover %s", "get one for this name"),
    /** None of the app's domains is in it. */
    NOTHING_COVERED("the certificate covers none of the domains of %s", "add the domain first: pocketpaas domains add");

    private final String sentence;
    private final String cure;

    CertificateProblem(String sentence, String cure) {
        this.sentence = sentence;
        this.cure = cure;
    }

    /** The sentence, with {@code %s} for the name. */
    public String sentence() {
        return sentence;
    }

    /** What to do about it. */
    public String cure() {
        return cure;
    }

    /** The sentence about {@code name}. */
    String about(String name) {
        return sentence.formatted(name);
    }

    /** The failure, with further lines. Nothing was sent, so it is as if the command line were wrong. */
    PocketException failure(String name, String... details) {
        return new PocketException(ExitCode.USAGE, about(name), List.of(details), cure, null);
    }

    /** The failure, for a technical reason. */
    PocketException failure(String name, Throwable reason) {
        return new PocketException(ExitCode.USAGE, about(name), List.of(), cure, reason);
    }
}
