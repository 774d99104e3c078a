package dev.pocketpaas.core.certificate;

import java.util.List;

/**
 * A certificate with its key that has passed every check.
 *
 * @param chain the server's certificate and those of its issuers
 * @param key its private key
 * @param domains the domains that it will be used for
 * @param warnings what the user should know, sentences
 */
public record ServerCertificate(CertificateChain chain, ServerKey key, List<String> domains, List<String> warnings) {
    /** Copies its lists. */
    public ServerCertificate {
        domains = List.copyOf(domains);
        warnings = List.copyOf(warnings);
    }
}
