package dev.pocketpaas.core.certificate;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * Certificates, in the order of their file or in that in which a server sends them.
 *
 * @param certificates at least one
 */
public record CertificateChain(List<X509Certificate> certificates) {
    private static final int DNS_NAME = 2;

    // OpenSSL's "trusted" form has what its owner trusts it for behind the certificate.
    private static final Set<String> LABELS = Set.of("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE");

    /** Copies the list. */
    public CertificateChain {
        certificates = List.copyOf(certificates);
    }

    /** The certificates in {@code file}, which {@code name} is the name of. */
    public static CertificateChain read(byte[] file, String name) {
        List<Pem> blocks = Pem.parse(file, name);
        List<X509Certificate> found = new ArrayList<>();
        for (Pem block : blocks) {
            if (LABELS.contains(block.label())) {
                found.add(certificate(block, name));
            }
        }
        if (found.isEmpty()) {
            boolean request = blocks.stream().anyMatch(block -> block.label().endsWith("CERTIFICATE REQUEST"));
            throw (request ? CertificateProblem.REQUEST : CertificateProblem.NO_CERTIFICATE).failure(name);
        }
        return new CertificateChain(found);
    }

    private static X509Certificate certificate(Pem block, String name) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.bytes()));
        } catch (CertificateException e) {
            throw CertificateProblem.DAMAGED.failure(name, e);
        }
    }

    /** The first certificate: the server's own, once the chain was checked. */
    public X509Certificate leaf() {
        return certificates.get(0);
    }

    /** The domains that it is for, lower-cased; {@code *.} in front stands for one label. */
    public List<String> names() {
        return names(leaf());
    }

    /** Whether it is for {@code domain} (RFC 6125, section 6.4): an asterisk stands for exactly one label. */
    public boolean covers(String domain) {
        int dot = domain.indexOf('.');
        String wildcard = dot < 0 ? "" : "*" + domain.substring(dot);
        return names().stream().anyMatch(name -> name.equals(domain) || name.equals(wildcard));
    }

    /** Who issued it, for people. */
    public String issuer() {
        return shown(leaf().getIssuerX500Principal());
    }

    /** Until when it is valid. */
    public Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    /** Its serial number in hexadecimal digits, as other programs show it. */
    public String serial() {
        return serial(leaf());
    }

    static String serial(X509Certificate certificate) {
        String digits = certificate.getSerialNumber().toString(16);
        return (digits.length() % 2 == 0 ? digits : "0" + digits).toUpperCase(Locale.ROOT);
    }

    /** The certificates as PEM text, without what the user's file had between them. */
    public String pem() {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            text.append(Pem.text("CERTIFICATE", encoded(certificate)));
        }
        return text.toString();
    }

    /** SHA-256 of {@link #pem()}, by which the host names it. */
    public String id() {
        try {
            byte[] text = pem().getBytes(StandardCharsets.US_ASCII);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (Integer.valueOf(DNS_NAME).equals(alternative.get(0))) {
                    names.add(String.valueOf(alternative.get(1)).toLowerCase(Locale.ROOT));
                }
            }
        } catch (CertificateParsingException e) {
            return List.of();
        }
        return names;
    }

    /** What to call {@code certificate} in a sentence: its first domain, else the common name, else the whole name. */
    static String title(X509Certificate certificate) {
        List<String> names = names(certificate);
        return names.isEmpty() ? shown(certificate.getSubjectX500Principal()) : names.get(0);
    }

    /** A name for people: organisation and common name. */
    static String shown(X500Principal principal) {
        String distinguished = principal.getName();
        try {
            String organisation = "";
            String common = "";
            for (Rdn part : new LdapName(distinguished).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    common = String.valueOf(part.getValue());
                } else if (part.getType().equalsIgnoreCase("O")) {
                    organisation = String.valueOf(part.getValue());
                }
            }
            String both = organisation.isEmpty() || common.contains(organisation)
                    ? common
                    : common.isEmpty() ? organisation : organisation + " " + common;
            return both.isEmpty() ? distinguished : both;
        } catch (InvalidNameException e) {
            return distinguished;
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
