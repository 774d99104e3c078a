package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.name.NetworkRange;
import dev.pocketpaas.core.rules.HostDefaults;
import dev.pocketpaas.core.rules.NumberLimit;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code http}: how nginx serves the app. Null stands for what the file does not say.
 *
 * @param maxBody the largest request body
 * @param timeout how long the app may be silent
 * @param responseHeaders the largest header of a response
 * @param gzip whether text is compressed
 * @param redirects names that only send visitors on, and where to
 * @param allow who may come; empty for everybody
 * @param trustedProxies whose word about the client's address counts
 */
public record HttpSettings(
        @Nullable ByteSize maxBody,
        @Nullable Duration timeout,
        @Nullable ByteSize responseHeaders,
        @Nullable Boolean gzip,
        SortedMap<Domain, Domain> redirects,
        List<NetworkRange> allow,
        List<NetworkRange> trustedProxies) {
    /** Nothing said. */
    public static final HttpSettings NONE =
            new HttpSettings(null, null, null, null, Collections.emptySortedMap(), List.of(), List.of());

    private static final Key<ByteSize> MAX_BODY = Key.of(
            "max-body",
            Scalars.BODY_SIZE,
            "The largest request body, such as an upload; larger ones get 413.",
            new ByteSize(HostDefaults.HTTP_MAX_BODY).toString(),
            "200M",
            "client-max-body-size",
            "body-size",
            "upload");
    private static final Key<Duration> TIMEOUT = Key.of(
            "timeout",
            Scalars.duration(NumberLimit.HTTP_TIMEOUT),
            "How long the app may send nothing while a request or a WebSocket is open.",
            HostDefaults.HTTP_TIMEOUT + "s",
            "5m",
            "read-timeout",
            "proxy-timeout");
    private static final Key<ByteSize> RESPONSE_HEADERS = Key.of(
            "response-headers",
            Scalars.HEADER_SIZE,
            "The largest header of a response, cookies included; a larger one is a 502.",
            new ByteSize(HostDefaults.HTTP_RESPONSE_HEADERS).toString(),
            "64K",
            "header-size",
            "proxy-buffer-size",
            "buffer-size");
    private static final Key<Boolean> GZIP = Key.of(
            "gzip", Scalars.SWITCH, "Whether nginx compresses text that the app sends uncompressed.", "true", "false");
    private static final Key<SortedMap<Domain, Domain>> REDIRECTS = Key.of(
            "redirects",
            new MapType<>("a mapping from domain to domain", Scalars.DOMAIN, Scalars.DOMAIN),
            "Domains that redirect to another domain of the app. Path and query are kept.",
            "none",
            "{ www.shop.example.com: shop.example.com }",
            "redirect");
    private static final Key<List<NetworkRange>> ALLOW = Key.of(
            "allow",
            new ListType<>("a list of addresses", Scalars.NETWORK),
            "Addresses or ranges that have access; all others get 403.",
            "everyone has access",
            "[203.0.113.0/24]",
            "whitelist",
            "allowlist",
            "allow-list");
    private static final Key<List<NetworkRange>> TRUSTED = Key.of(
            "trusted-proxies",
            new ListType<>("a list of addresses", Scalars.NETWORK),
            "Proxies in front of the host, such as a CDN, whose `X-Forwarded-For` gives the client's real address.",
            "none; the address of the connection is used",
            "[198.51.100.0/24]",
            "real-ip",
            "proxies");

    static final Section<HttpSettings> SECTION = new Section<>(
            "a mapping of HTTP settings",
            List.of(MAX_BODY, TIMEOUT, RESPONSE_HEADERS, GZIP, REDIRECTS, ALLOW, TRUSTED),
            HttpSettings::make);

    /** Copies its collections. */
    public HttpSettings {
        redirects = Collections.unmodifiableSortedMap(new TreeMap<>(redirects));
        allow = List.copyOf(allow);
        trustedProxies = List.copyOf(trustedProxies);
    }

    private static HttpSettings make(Section.Values values) {
        HttpSettings settings = new HttpSettings(
                values.get(MAX_BODY),
                values.get(TIMEOUT),
                values.get(RESPONSE_HEADERS),
                values.get(GZIP),
                values.get(REDIRECTS, Collections.emptySortedMap()),
                values.get(ALLOW, List.of()),
                values.get(TRUSTED, List.of()));
        settings.redirects().forEach((from, to) -> {
            if (from.isWildcard()) {
                values.report("a redirect is from a plain domain, without \"*\"", null, REDIRECTS.name(), from);
            }
            if (to.isWildcard() || settings.redirects().containsKey(to)) {
                values.report(
                        "a redirect target must be a plain domain that is not itself redirected",
                        null,
                        REDIRECTS.name(),
                        from);
            }
        });
        return settings;
    }
}
