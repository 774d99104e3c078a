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
     * @param app what the domains belong to, for sentences
     * @param domain the one domain that it is for, or nothing for all that it covers
     * @param domains the app's domains
     */
    public ServerCertificate check(
            CertificateChain chain, ServerKey key, String app, Optional<String> domain, List<String> domains) {
        List<PocketException> problems = new ArrayList<>();
        belongTogether(chain, key).ifPresent(problems::add);
        if (problems.isEmpty()) {
            order(chain).ifPresent(problems::add);
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
        return new ServerCertificate(chain, key, covered, warnings(chain, domain, domains, covered));
    }

    private static Optional<PocketException> belongTogether(CertificateChain chain, ServerKey key) {
        X509Certificate leaf = chain.leaf();
        if (pair(leaf.getPublicKey(), key.key())) {
            return Optional.empty();
        }
        return Optional.of(chain.certificates().stream()
                .skip(1)
                .filter(other -> pair(other.getPublicKey(), key.key()))
                .findFirst()
                .map(own -> CertificateProblem.LEAF_NOT_FIRST.failure(CertificateChain.title(own)))
                .orElseGet(() -> CertificateProblem.KEY_MISMATCH.failure(CertificateChain.title(leaf))));
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

    private Optional<PocketException> order(CertificateChain chain) {
        List<X509Certificate> certificates = chain.certificates();
        for (int i = 0; i + 1 < certificates.size(); i++) {
            if (!issued(certificates.get(i + 1), certificates.get(i))) {
                boolean there = certificates.stream().anyMatch(other -> issued(other, chain.leaf()));
                CertificateProblem problem = i == 0 && !there && !selfSigned(chain.leaf())
                        ? CertificateProblem.INCOMPLETE
                        : CertificateProblem.OUT_OF_ORDER;
                return Optional.of(problem.failure(CertificateChain.title(certificates.get(i))));
            }
        }
        X509Certificate last = certificates.get(certificates.size() - 1);
        boolean ends = selfSigned(last) || authorities.stream().anyMatch(authority -> issued(authority, last));
        return ends
                ? Optional.empty()
                : Optional.of(CertificateProblem.INCOMPLETE.failure(
                        CertificateChain.title(last),
                        "it was issued by " + new CertificateChain(List.of(last)).issuer()));
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
            CertificateChain chain, Optional<String> domain, List<String> domains, List<String> covered) {
        List<String> warnings = new ArrayList<>();
        X509Certificate last = chain.certificates().get(chain.certificates().size() - 1);
        if (authorities.stream().noneMatch(authority -> authority.equals(last) || issued(authority, last))) {
            warnings.add("the certificate is of an authority that browsers do not know (" + chain.issuer()
                    + "): visitors are warned, unless their machines know it");
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
