package dev.pocketpaas.core.probe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Fetches the page of an app once, as anybody on the laptop would, by HTTP or HTTPS, and says what came back. */
public final class UrlCheck {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3})( .*)?");

    private static final String HINTS =
            ", after early hints (103): nginx cannot pass them on, and browsers get no page by"
                    + " HTTP/2; turn them off in the app";

    private static final String AFTER_A_DEPLOY = "the app works on the host, but ";

    private final Duration timeout;
    private final String known;
    private final Supplier<SSLSocketFactory> trusting;

    /** A check that waits {@code timeout} at most for a connection, and again for an answer. It trusts whom this machine's Java trusts. */
    public UrlCheck(Duration timeout) {
        this(timeout, AFTER_A_DEPLOY, UrlCheck::usual);
    }

    /** A check that trusts whom {@code trusting} trusts. */
    UrlCheck(Duration timeout, Supplier<SSLSocketFactory> trusting) {
        this(timeout, AFTER_A_DEPLOY, trusting);
    }

    private UrlCheck(Duration timeout, String known, Supplier<SSLSocketFactory> trusting) {
        this.timeout = timeout;
        this.known = known;
        this.trusting = trusting;
    }

    /** The same check, where nothing is known of the app itself. */
    public static UrlCheck ofStranger(Duration timeout) {
        return new UrlCheck(timeout, "", UrlCheck::usual);
    }

    private static SSLSocketFactory usual() {
        return (SSLSocketFactory) SSLSocketFactory.getDefault();
    }

    /**
     * What was seen.
     *
     * @param answered whether anything that speaks HTTP answered
     * @param text one sentence
     * @param status the HTTP status, 0 without an answer
     */
    public record Seen(boolean answered, String text, int status) {}

    /** Fetches {@code url}; nothing for anything but HTTP and HTTPS. */
    public Optional<Seen> look(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        boolean secure = "https".equals(uri.getScheme());
        if (!(secure || "http".equals(uri.getScheme())) || uri.getHost() == null) {
            return Optional.empty();
        }
        int usual = secure ? 443 : 80;
        int port = uri.getPort() < 0 ? usual : uri.getPort();
        try {
            return Optional.of(fetch(uri, port, secure));
        } catch (UnknownHostException e) {
            return Optional.of(unseen(uri.getHost() + " does not resolve on this machine; check its DNS record"));
        } catch (SocketTimeoutException | ConnectException | NoRouteToHostException e) {
            return Optional.of(
                    unseen(known + "port " + port + " cannot be reached from here; check the provider's firewall"));
        } catch (SSLException e) {
            return Optional.of(unseen(known + TlsFailure.explain(uri.getHost(), e)));
        } catch (IOException e) {
            return Optional.of(unseen(known + "the connection from here broke: "
                    + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())));
        }
    }

    private Seen fetch(URI uri, int port, boolean secure) throws IOException {
        int millis = Math.toIntExact(timeout.toMillis());
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address(uri.getHost()), port), millis);
            socket.setSoTimeout(millis);
            if (!secure) {
                return ask(socket, uri, port);
            }
            try (Socket tls = handshake(socket, uri.getHost(), port)) {
                return ask(tls, uri, port);
            }
        }
    }

    private SSLSocket handshake(Socket plain, String host, int port) throws IOException {
        SSLSocket socket = (SSLSocket) trusting.get().createSocket(plain, host, port, false);
        SSLParameters parameters = socket.getSSLParameters();
        // Else any certificate that is trusted would do, whatever its name.
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static Seen ask(Socket socket, URI uri, int port) throws IOException {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String request = "GET " + path + " HTTP/1.1\r\nHost: " + uri.getRawAuthority()
                + "\r\nUser-Agent: pocketpaas\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        String line = reader.readLine();
        Matcher status = STATUS.matcher(line == null ? "" : line);
        if (!status.matches()) {
            return unseen("port " + port + " answers from here, but not with HTTP");
        }
        boolean hints = status.group(1).startsWith("1");
        if (hints) {
            Matcher last = afterHints(reader);
            status = last.matches() ? last : status;
        }
        return new Seen(
                true,
                "Fetched from here: " + (status.group(1) + Objects.requireNonNullElse(status.group(2), "")).strip()
                        + (hints ? HINTS : ""),
                Integer.parseInt(status.group(1)));
    }

    /** The status that follows early hints, which nginx takes for the answer itself, so that what comes then may take until it gives up. */
    private static Matcher afterHints(BufferedReader reader) throws IOException {
        @Nullable String line = "";
        try {
            do {
                line = reader.readLine();
            } while (line != null && (!STATUS.matcher(line).matches() || line.startsWith("HTTP/1.1 1")));
        } catch (SocketTimeoutException e) {
            line = "";
        }
        return STATUS.matcher(line == null ? "" : line);
    }

    // RFC 6761, section 6.3: such names are the loopback, and not every resolver knows.
    private static InetAddress address(String host) throws UnknownHostException {
        return host.endsWith(".localhost") ? InetAddress.getLoopbackAddress() : InetAddress.getByName(host);
    }

    private static Seen unseen(String text) {
        return new Seen(false, text, 0);
    }
}
