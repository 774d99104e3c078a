package dev.pocketpaas.core.archive;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Fetches an archive by HTTP or HTTPS. A redirect never leads from HTTPS to anything else, and nothing that is secret is sent. */
final class ArchiveDownload {
    private static final String FETCH_YOURSELF =
            "fetch it with your login, and pass it on: curl -L … | pocketpaas deploy --archive -";
    private static final int REDIRECTS = 5;
    private static final Set<Integer> MOVED = Set.of(301, 302, 303, 307, 308);

    private final ArchiveLimits limits;
    private final Duration patience;

    ArchiveDownload(ArchiveLimits limits) {
        this(limits, Duration.ofSeconds(30));
    }

    /**
     * @param patience how long it waits for a connection, and for each piece of the answer
     */
    ArchiveDownload(ArchiveLimits limits, Duration patience) {
        this.limits = limits;
        this.patience = patience;
    }

    /**
     * Writes what is at {@code url} to {@code target}.
     *
     * @return what it is called
     * @throws PocketException when it cannot be had, each reason with its own words
     */
    String fetch(String url, Path target) {
        URI uri = parse(url, null);
        for (int redirects = 0; redirects <= REDIRECTS; redirects++) {
            @Nullable URI next = tryFetch(uri, target);
            if (next == null) {
                return name(uri);
            }
            uri = next;
        }
        throw refused(uri, "redirects more than " + REDIRECTS + " times", "check the address");
    }

    /** Where it is instead; null when it was fetched. */
    private @Nullable URI tryFetch(URI uri, Path target) {
        try {
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout((int) patience.toMillis());
            connection.setReadTimeout((int) patience.toMillis());
            connection.setRequestProperty("User-Agent", "pocketpaas");
            connection.setRequestProperty("Accept", "*/*");
            try {
                return take(uri, connection, target);
            } finally {
                connection.disconnect();
            }
        } catch (UnknownHostException e) {
            throw refused(uri, uri.getHost() + " does not resolve on this machine", "check the address", e);
        } catch (SocketTimeoutException e) {
            throw refused(uri, "nothing came for " + patience.toSeconds() + " s", "try again later", e);
        } catch (ConnectException | NoRouteToHostException e) {
            throw refused(uri, "it cannot be reached: " + e.getMessage(), "check the address and your network", e);
        } catch (SSLException e) {
            throw refused(uri, "HTTPS fails: " + e.getMessage(), "check the address and its certificate", e);
        } catch (IOException | IllegalArgumentException e) {
            throw refused(uri, "the connection broke: " + e.getMessage(), "try again", e);
        }
    }

    private @Nullable URI take(URI uri, HttpURLConnection connection, Path target) throws IOException {
        int status = connection.getResponseCode();
        if (MOVED.contains(status)) {
            return moved(uri, connection.getHeaderField("Location"));
        }
        if (status != HttpURLConnection.HTTP_OK) {
            throw failed(uri, status);
        }
        long length = connection.getContentLengthLong();
        if (length > limits.bytes()) {
            throw ArchiveRefusals.tooLarge(name(uri), limits.bytes());
        }
        CountedInput in = new CountedInput(connection.getInputStream(), count -> {
            if (count > limits.bytes()) {
                throw ArchiveRefusals.tooLarge(name(uri), limits.bytes());
            }
        });
        try (InputStream closed = in;
                OutputStream out = Files.newOutputStream(target)) {
            closed.transferTo(out);
        }
        if (length >= 0 && in.count() != length) {
            throw refused(uri, "only " + in.count() + " of " + length + " bytes came", "try again");
        }
        return null;
    }

    private URI moved(URI from, @Nullable String location) {
        if (location == null) {
            throw refused(from, "it redirects to nowhere", "check the address");
        }
        URI to = parse(location, from);
        if (from.getScheme().equalsIgnoreCase("https") && !to.getScheme().equalsIgnoreCase("https")) {
            throw refused(
                    from, "it redirects to an address without HTTPS", "fetch it yourself, if you trust that address");
        }
        return to;
    }

    private static PocketException failed(URI uri, int status) {
        return switch (status) {
            case 401, 403 -> refused(uri, "the server wants a login (" + status + ")", FETCH_YOURSELF);
            case 404, 410 ->
                refused(
                        uri,
                        "the server has nothing there (" + status + ")",
                        "check the address. Of a private repository: " + FETCH_YOURSELF);
            case 429 -> refused(uri, "the server wants us to wait (429)", "try again later");
            default ->
                refused(uri, "the server answers " + status, status >= 500 ? "try again later" : "check the address");
        };
    }

    private static URI parse(String text, @Nullable URI base) {
        URI uri;
        try {
            uri = base == null ? new URI(text) : base.resolve(new URI(text));
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw PocketException.usage(
                    Printable.of(text) + " is no address", "write it as https://example.com/app.tar.gz");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            if (base != null) {
                throw refused(
                        base, "it redirects to " + Printable.of(scheme) + ":, which is not HTTP", "check the address");
            }
            throw PocketException.usage(
                    "an archive is fetched by https or http, not by " + Printable.of(scheme), FETCH_YOURSELF);
        }
        if (uri.getHost() == null) {
            throw PocketException.usage(
                    Printable.of(text) + " is no address", "write it as https://example.com/app.tar.gz");
        }
        if (uri.getRawUserInfo() != null) {
            throw PocketException.usage(
                    "an address with a password is seen by every user of this machine", FETCH_YOURSELF);
        }
        return uri;
    }

    /** The last part of its path: what it would be saved as. */
    private static String name(URI uri) {
        String path = uri.getPath() == null ? "" : uri.getPath().replaceAll("/+$", "");
        String last = path.substring(path.lastIndexOf('/') + 1);
        return Printable.of(last.isEmpty() ? uri.getHost() : last);
    }

    private static PocketException refused(URI uri, String why, String cure) {
        return refused(uri, why, cure, null);
    }

    /** Without the query, in which there may be a key. */
    private static PocketException refused(URI uri, String why, String cure, @Nullable Throwable cause) {
        String where =
                uri.getScheme() + "://" + uri.getRawAuthority() + (uri.getRawPath() == null ? "" : uri.getRawPath());
        return ArchiveRefusals.refused("cannot fetch " + Printable.of(where) + ": " + Printable.of(why), cure, cause);
    }
}
