package dev.pocketpaas.core.ssh;

import com.hierynomus.sshj.key.KeyAlgorithms;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.SSHRuntimeException;
import net.schmizz.sshj.signature.Signature;
import org.jspecify.annotations.Nullable;

/** A certificate of OpenSSH (PROTOCOL.certkeys): a public key, for whom or what it is valid, and the signature of an authority. */
final class SshCertificate {
    private static final String SUFFIX = "-cert-v01@openssh.com";
    private static final int FOR_HOSTS = 2;
    /** How many fields a public key has, by its type. */
    private static final Map<String, Integer> FIELDS = Map.of(
            "ssh-ed25519", 1,
            "ssh-rsa", 2,
            "ecdsa-sha2-nistp256", 2,
            "ecdsa-sha2-nistp384", 2,
            "ecdsa-sha2-nistp521", 2,
            "sk-ssh-ed25519@openssh.com", 2,
            "sk-ecdsa-sha2-nistp256@openssh.com", 3);

    private final byte[] blob;
    private final byte[] key;
    private final int kind;
    private final List<String> principals;
    private final long validAfter;
    private final long validBefore;
    private final byte[] critical;
    private final byte[] authority;
    private final byte[] signature;
    private final int signed;

    private SshCertificate(byte[] blob) {
        this.blob = blob;
        SshWire.Reader reader = new SshWire.Reader(blob);
        String type = plainType(reader.text());
        Integer fields = FIELDS.get(type);
        if (fields == null) {
            throw new IllegalArgumentException("a certificate of an unknown type");
        }
        reader.string();
        SshWire.Writer plain = new SshWire.Writer().string(type);
        for (int i = 0; i < fields; i++) {
            plain.string(reader.string());
        }
        key = plain.toBytes();
        reader.big();
        kind = reader.number();
        reader.string();
        principals = new ArrayList<>();
        for (SshWire.Reader names = new SshWire.Reader(reader.string()); names.hasMore(); ) {
            principals.add(names.text());
        }
        validAfter = reader.big();
        validBefore = reader.big();
        critical = reader.string();
        reader.string();
        reader.string();
        authority = reader.string();
        signed = reader.position();
        signature = reader.string();
    }

    /** Whether keys of {@code type} are certificates. */
    static boolean isType(String type) {
        return type.endsWith(SUFFIX);
    }

    /** The type of the key in a certificate of {@code type}. */
    static String plainType(String type) {
        if (!isType(type)) {
            return type;
        }
        String plain = type.substring(0, type.length() - SUFFIX.length());
        return plain.startsWith("sk-") ? plain + "@openssh.com" : plain;
    }

    /** Reads {@code blob}, or nothing where it is no certificate. */
    static Optional<SshCertificate> read(byte[] blob) {
        try {
            return isType(SshWire.typeOf(blob)) ? Optional.of(new SshCertificate(blob)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The key of {@code blob}: of a certificate the one in it, else the blob itself. */
    static byte[] plainKey(byte[] blob) {
        return read(blob).map(SshCertificate::key).orElse(blob);
    }

    /** The certificate as it is sent. */
    byte[] blob() {
        return blob.clone();
    }

    /** The certified key. */
    byte[] key() {
        return key.clone();
    }

    /** The key of the authority. */
    byte[] authority() {
        return authority.clone();
    }

    /** Why it does not show that {@code host} is who it says at {@code now}, or null when it does. */
    @Nullable
    String problemAsHost(String host, Instant now) {
        if (kind != FOR_HOSTS) {
            return "its certificate is one for users";
        }
        if (critical.length > 0) {
            return "its certificate has a critical option that is not known";
        }
        if (!principals.isEmpty() && !principals.contains(host)) {
            return "its certificate is for " + String.join(", ", principals);
        }
        String expired = expired(now);
        if (expired != null) {
            return expired;
        }
        return isSigned() ? null : "its certificate is not signed as it should be";
    }

    /** That it is not valid at {@code now}, or null when it is. */
    @Nullable
    String expired(Instant now) {
        if (Long.compareUnsigned(now.getEpochSecond(), validAfter) < 0) {
            return "its certificate is not valid yet (" + Instant.ofEpochSecond(validAfter) + ")";
        }
        if (Long.compareUnsigned(now.getEpochSecond(), validBefore) >= 0) {
            return "its certificate has expired (" + Instant.ofEpochSecond(validBefore) + ")";
        }
        return null;
    }

    private boolean isSigned() {
        try {
            Signature verifier = switch (new SshWire.Reader(signature).text()) {
                case "ssh-ed25519" -> KeyAlgorithms.EdDSA25519().create().newSignature();
                case "ecdsa-sha2-nistp256" ->
                    KeyAlgorithms.ECDSASHANistp256().create().newSignature();
                case "ecdsa-sha2-nistp384" ->
                    KeyAlgorithms.ECDSASHANistp384().create().newSignature();
                case "ecdsa-sha2-nistp521" ->
                    KeyAlgorithms.ECDSASHANistp521().create().newSignature();
                case "rsa-sha2-512" -> KeyAlgorithms.RSASHA512().create().newSignature();
                case "rsa-sha2-256" -> KeyAlgorithms.RSASHA256().create().newSignature();
                default -> throw new IllegalArgumentException("an algorithm that is not safe");
            };
            PublicKey signer = new Buffer.PlainBuffer(authority).readPublicKey();
            verifier.initVerify(signer);
            verifier.update(Arrays.copyOf(blob, signed));
            return verifier.verify(signature);
        } catch (IOException | SSHRuntimeException | IllegalArgumentException e) {
            return false;
        }
    }
}
