package dev.pocketpaas.core.certificate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Looks, from the laptop and as any visitor would, which certificate a name is answered with. */
public final class CertificateProbe {
    private final Duration timeout;

    /** A probe that waits {@code timeout} at most for each answer. */
    public CertificateProbe(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * What was seen.
     *
     * @param reached whether anything answered at all
     * @param same whether it was the certificate that was expected
     * @param text one sentence
     */
    public record Seen(boolean reached, boolean same, String text) {}

    /** Asks {@code address} on {@code port} for {@code domain}, and compares with {@code expected}. */
    public Seen look(String address, int port, String domain, X509Certificate expected) {
        String name = domain.startsWith("*.") ? "www" + domain.substring(1) : domain;
        String where = name + " at " + address + ", port " + port + ",";
        int millis = Math.toIntExact(timeout.toMillis());
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(resolve(address), port), millis);
            plain.setSoTimeout(millis);
            X509Certificate seen = handshake(plain, name);
            String serial = CertificateChain.serial(seen);
            if (seen.equals(expected)) {
                return new Seen(true, true, where + " shows the certificate with serial " + serial);
            }
            return new Seen(
                    true,
                    false,
                    where + " shows the certificate of " + CertificateChain.title(seen) + " with serial " + serial);
        } catch (UnknownHostException e) {
            return new Seen(false, false, address + " does not resolve on this machine");
        } catch (SSLException e) {
            return new Seen(true, false, where + " refuses TLS: " + e.getMessage());
        } catch (IOException e) {
            return new Seen(false, false, where + " cannot be reached from here");
        }
    }

    private static X509Certificate handshake(Socket plain, String name) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) looking().getSocketFactory().createSocket(plain, name, plain.getPort(), false)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    // It only looks; nothing is sent and nothing is believed.
    private static SSLContext looking() {
        TrustManager anybody = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {anybody}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static InetAddress resolve(String host) throws UnknownHostException {
        return host.endsWith(".localhost") ? InetAddress.getLoopbackAddress() : InetAddress.getByName(host);
    }
}
