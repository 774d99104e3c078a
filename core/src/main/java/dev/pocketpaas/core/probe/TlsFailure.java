package dev.pocketpaas.core.probe;

import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why HTTPS did not come about, in words for whoever runs the app. */
final class TlsFailure {
    private TlsFailure() {}

    /** What {@code failure} says of {@code host}, to follow "but". */
    static String explain(String host, SSLException failure) {
        boolean certificate = false;
        @Nullable Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (cause instanceof CertificateExpiredException) {
                return "its certificate has expired (see \"pocketpaas ssl\")";
            }
            if (cause instanceof CertificateNotYetValidException) {
                return "its certificate is not valid yet, by the clock of this machine";
            }
            // Whether it is the name that does not fit, only the text tells.
            String text = String.valueOf(cause.getMessage());
            if (cause instanceof CertificateException
                    && (text.startsWith("No name matching") || text.startsWith("No subject alternative"))) {
                return "its certificate is not for " + host + " (see \"pocketpaas ssl\")";
            }
            certificate |= cause instanceof CertificateException || cause instanceof CertPathValidatorException;
            cause = cause.getCause();
        }
        if (certificate) {
            return "its certificate comes from an authority that this machine does not know; browsers may warn visitors";
        }
        return "HTTPS fails from here: " + failure.getMessage();
    }
}
