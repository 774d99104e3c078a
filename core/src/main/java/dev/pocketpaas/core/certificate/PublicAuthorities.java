package dev.pocketpaas.core.certificate;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The authorities that this machine's Java trusts, which stand for those that browsers trust. */
public final class PublicAuthorities {
    private PublicAuthorities() {}

    /** All of them; none where there is no list of them. */
    public static List<X509Certificate> load() {
        List<X509Certificate> authorities = new ArrayList<>();
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            @Nullable KeyStore usual = null;
            factory.init(usual);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager known) {
                    authorities.addAll(List.of(known.getAcceptedIssuers()));
                }
            }
        } catch (GeneralSecurityException e) {
            return List.of();
        }
        return authorities;
    }
}
