package dev.pocketpaas.core.certificate;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Whether a certificate and its key can serve: all that can be known before anything is sent. */
public final class CertificateCheck {
    /** From how long before its end on people are warned. */
    public static final Duration SOON = Duration.ofDays(21);

    private static final int LEAST_RSA = 2048;
    private static final int LEAST_EC = 256;
    private static final String LOGGED = "1.3.6.1.4.1.11129.2.4.2";
    private static final Set<String> SERVER_PURPOSES = Set.of("1.3.6.1.5.5.7.3.1", "2.5.29.37.0");

    private final Collection<X509Certificate> authorities;
    private final Instant now;

    /**
     * @param authorities those that the public trusts
     * @param now the time
     */
    public CertificateCheck(Collection<X509Certificate> authorities, Instant now) {
        this.authorities = List.copyOf(authorities);
        this.now = now;
    }

    /**
     * Checks everything, and tells all that is wrong at once.
     *
     * @param file the certificates as the user's file has them
     * @param app what the domains belong to, for sentences
     * @param domain the one domain that it is for, or nothing for all that it covers
     * @param domains the app's domains
     */
    public ServerCertificate check(
            CertificateChain file, ServerKey key, String app, Optional<String> domain, List<String> domains) {
        List<PocketException> problems = new ArrayList<>();
        Optional<CertificateChain> own = chainOf(file, key);
        CertificateChain chain = own.orElse(file);
        List<X509Certificate> extra = new ArrayList<>(new LinkedHashSet<>(file.certificates()));
        extra.removeAll(chain.certificates());
        if (own.isEmpty()) {
            problems.add(CertificateProblem.KEY_MISMATCH.failure(CertificateChain.title(chain.leaf())));
        } else if (!ends(chain) && (isPublic(chain.leaf()) || !extra.isEmpty())) {
            X509Certificate last = last(chain);
            problems.add(CertificateProblem.INCOMPLETE.failure(
                    CertificateChain.title(last),
                    "it was issued by " + CertificateChain.shown(last.getIssuerX500Principal())));
        }
        server(chain.leaf()).ifPresent(problems::add);
        for (X509Certificate certificate : chain.certificates()) {
            validity(certificate).ifPresent(problems::add);
            strength(certificate).ifPresent(problems::add);
        }
        List<String> covered = covered(chain, app, domain, domains, problems);
        if (!problems.isEmpty()) {
            throw all(problems);
        }
        return new ServerCertificate(chain, key, covered, warnings(chain, extra, domain, domains, covered));
    }

    /**
     * The certificate that {@code key} belongs to, and those of its issuers as far as {@code file} has them, in the order in which servers send
     * them (RFC 8446, section 4.4.2). Doubled ones and others are left out. Nothing where the key belongs to none of them.
     */
    private static Optional<CertificateChain> chainOf(CertificateChain file, ServerKey key) {
        Optional<X509Certificate> leaf = file.certificates().stream()
                .filter(certificate -> pair(certificate.getPublicKey(), key.key()))
                .findFirst();
        if (leaf.isEmpty()) {
            return Optional.empty();
        }
        Set<X509Certificate> chain = new LinkedHashSet<>();
        Optional<X509Certificate> next = leaf;
        while (next.isPresent()) {
            X509Certificate current = next.get();
            chain.add(current);
            next = selfSigned(current)
                    ? Optional.empty()
                    : file.certificates().stream()
                            .filter(other -> !chain.contains(other) && issued(other, current))
                            .findFirst();
        }
        return Optional.of(new CertificateChain(List.copyOf(chain)));
    }

    private static X509Certificate last(CertificateChain chain) {
        return chain.certificates().get(chain.certificates().size() - 1);
    }

    /** Whether the chain leads to a root, be it one of its own or one that the public knows. */
    private boolean ends(CertificateChain chain) {
        return selfSigned(last(chain)) || isKnown(last(chain));
    }

    /** Whether the public knows {@code certificate}, the same authority in another certificate, or who issued it. */
    private boolean isKnown(X509Certificate certificate) {
        return authorities.stream()
                .anyMatch(authority -> issued(authority, certificate)
                        || authority.getSubjectX500Principal().equals(certificate.getSubjectX500Principal())
                                && authority.getPublicKey().equals(certificate.getPublicKey()));
    }

    /** Whether the authority is a public one: browsers take only certificates that were logged, and this one says so (RFC 6962). */
    private static boolean isPublic(X509Certificate leaf) {
        return leaf.getExtensionValue(LOGGED) != null;
    }

    /** Whether what one signs the other verifies. */
    private static boolean pair(PublicKey open, PrivateKey secret) {
        if (!open.getAlgorithm().equals(secret.getAlgorithm())) {
            return false;
        }
        try {
            byte[] message = "pocketpaas".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            Signature signature = Signature.getInstance(secret instanceof RSAKey ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(secret);
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        if (!issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean selfSigned(X509Certificate certificate) {
        return issued(certificate, certificate);
    }

    private static Optional<PocketException> server(X509Certificate leaf) {
        String title = CertificateChain.title(leaf);
        // Whoever signs for himself is an authority, too.
        if (leaf.getBasicConstraints() >= 0 && !selfSigned(leaf)) {
            return Optional.of(CertificateProblem.AUTHORITY.failure(title));
        }
        if (CertificateChain.names(leaf).isEmpty()) {
            return Optional.of(CertificateProblem.NO_NAMES.failure(title));
        }
        try {
            List<String> purposes = leaf.getExtendedKeyUsage();
            if (purposes != null && purposes.stream().noneMatch(SERVER_PURPOSES::contains)) {
                return Optional.of(CertificateProblem.PURPOSE.failure(title));
            }
        } catch (CertificateParsingException e) {
            return Optional.of(CertificateProblem.PURPOSE.failure(title));
        }
        return Optional.empty();
    }

    private Optional<PocketException> validity(X509Certificate certificate) {
        String title = CertificateChain.title(certificate);
        if (now.isAfter(certificate.getNotAfter().toInstant())) {
            return Optional.of(CertificateProblem.EXPIRED.failure(
                    title, "it was valid until " + day(certificate.getNotAfter().toInstant())));
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            return Optional.of(CertificateProblem.NOT_YET_VALID.failure(
                    title, "it is valid from " + day(certificate.getNotBefore().toInstant())));
        }
        return Optional.empty();
    }

    private static Optional<PocketException> strength(X509Certificate certificate) {
        String title = CertificateChain.title(certificate);
        PublicKey key = certificate.getPublicKey();
        boolean weak = key instanceof RSAKey rsa && rsa.getModulus().bitLength() < LEAST_RSA
                || key instanceof ECKey ec
                        && ec.getParams().getCurve().getField().getFieldSize() < LEAST_EC;
        if (weak) {
            return Optional.of(CertificateProblem.WEAK_KEY.failure(title));
        }
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        // Nobody looks at the signature of a root.
        boolean broken = algorithm.startsWith("SHA1") || algorithm.startsWith("MD5") || algorithm.startsWith("MD2");
        return broken && !selfSigned(certificate)
                ? Optional.of(CertificateProblem.WEAK_SIGNATURE.failure(title))
                : Optional.empty();
    }

    private static List<String> covered(
            CertificateChain chain,
            String app,
            Optional<String> domain,
            List<String> domains,
            List<PocketException> problems) {
        String holds = "it is for " + String.join(", ", chain.names());
        if (domain.isPresent()) {
            if (!chain.covers(domain.get())) {
                problems.add(CertificateProblem.DOMAIN_NOT_COVERED.failure(domain.get(), holds));
            }
            return List.of(domain.get());
        }
        List<String> covered = domains.stream().filter(chain::covers).toList();
        if (covered.isEmpty()) {
            problems.add(CertificateProblem.NOTHING_COVERED.failure(
                    app, holds, "the app's domains: " + String.join(", ", domains)));
        }
        return covered;
    }

    private List<String> warnings(
            CertificateChain chain,
            List<X509Certificate> extra,
            Optional<String> domain,
            List<String> domains,
            List<String> covered) {
        List<String> warnings = new ArrayList<>();
        if (!isKnown(last(chain))) {
            String root = ends(chain)
                    ? ""
                    : "; the certificate of "
                            + CertificateChain.shown(last(chain).getIssuerX500Principal()) + " is not in the file";
            warnings.add("the certificate is of an authority that browsers do not know (" + chain.issuer()
                    + "): visitors are warned, unless their machines know it" + root);
        }
        if (!extra.isEmpty()) {
            warnings.add("left out, as the certificate does not need "
                    + (extra.size() == 1 ? "it: " : "them: ")
                    + String.join(
                            ", ", extra.stream().map(CertificateChain::title).toList()));
        }
        if (now.plus(SOON).isAfter(chain.notAfter())) {
            warnings.add("the certificate is valid only until " + day(chain.notAfter()));
        }
        List<String> left =
                domains.stream().filter(other -> !covered.contains(other)).toList();
        if (domain.isEmpty() && !left.isEmpty()) {
            warnings.add("the certificate does not cover " + String.join(", ", left) + ", which stays as it is");
        }
        return warnings;
    }

    private static String day(Instant instant) {
        return instant.atZone(ZoneOffset.UTC).toLocalDate().toString();
    }

    /** The first with its cure, the others as lines below it. */
    private static PocketException all(List<PocketException> problems) {
        PocketException first = problems.get(0);
        List<String> details = new ArrayList<>(first.details());
        problems.stream().skip(1).forEach(problem -> {
            details.add("also: " + problem.what());
            details.addAll(problem.details());
        });
        return new PocketException(
                ExitCode.USAGE, first.what(), details, first.cure().orElse(null), first.getCause());
    }
}
