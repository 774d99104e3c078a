package dev.pocketpaas.core.proxy;

import static java.util.Map.entry;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The nginx file of one app, as templates with tokens that the host fills in: the file itself, and the servers that it holds. Names without a
 * certificate share one server on port 80. Each name with a certificate has a server of its own on port 443, as one name's certificate is
 * another matter than another's, and on port 80 they share one that redirects. All that answer for the app have the same body.
 *
 * <p>Both slots are upstream groups, and each request asks the file system which one is live: so a switch is a rename and needs no reload,
 * which would drop idle keep-alive connections. {@code max_fails=0}: with one server a counted failure would only turn into more failures.
 * The upstream's {@code keepalive_timeout} stays below the apps' own (Node: 5 s), so that nginx closes first. Only a failed connection
 * is tried on the next instance, never a slow answer, and nginx itself never repeats a POST.
 *
 * <p>The path of an ACME authority's challenges comes before everything that may stand in front of an app, which is why all of that is inside
 * {@code location /}: no redirect, password, maintenance or stop can keep a certificate from being renewed.
 *
 * <p>An admin's own lines ({@link Snippet}) are a file that is included by a pattern, so that one that is not there is no error. nginx itself
 * lets no brace in an included file end a block that began outside of it.
 */
public final class SiteTemplate {
    /** The file of an app; {@code SERVERS} are the servers below. */
    public static final String FILE = "site.conf";

    /** The server of the names without a certificate. */
    public static final String PLAIN = "site-plain.conf";

    /** The server that redirects names with a certificate to HTTPS. */
    public static final String REDIRECT = "site-redirect.conf";

    /** The server of one name with a certificate. */
    public static final String SECURE = "site-secure.conf";

    /** What every server that answers for the app holds. */
    public static final String BODY = "site-body.conf";

    /** In a location: what stands in front of the app, and how it is asked. */
    public static final String ASK = "site-ask.conf";

    /** Where a request goes that could not be sent to the container that it was for. */
    public static final String AGAIN = "site-again.conf";

    /** What every server answers itself, whatever the app: an ACME authority's challenge, and the host's own question whether a name leads here. */
    public static final String CHALLENGE = "site-challenge.conf";

    /** On a host that an app leaves: what its servers look at before anything else. */
    public static final String MOVING = "site-moving.conf";

    /** The same where a request that could not be sent looks again. */
    public static final String MOVED = "site-moved.conf";

    /** What both say while nobody may be asked. */
    public static final String CLOSED = "site-closed.conf";

    /** How such a host passes requests on. */
    public static final String PASSAGE = "site-passage.conf";

    /** The server for the other host of a move: it tells whose word it is, and takes what is passed on. */
    public static final String ARRIVAL = "site-arrival.conf";

    /** What that server answers to everything else where the app is not, or is not yet. */
    public static final String ARRIVING = "site-arriving.conf";

    private static final String FILE_TEXT = """
            # Written by PocketPaaS for the app @APP@; changes are overwritten.
            upstream pocketpaas_@APP@_blue {
                @BLUE@
                keepalive 32;
                keepalive_timeout 4s;
            }
            upstream pocketpaas_@APP@_green {
                @GREEN@
                keepalive 32;
                keepalive_timeout 4s;
            }

            @SERVERS@""";

    private static final String PLAIN_TEXT = """
            server {
                listen 80;
                @LISTEN_IPV6@
                server_name @NAMES@;

            @BODY@}
            """;

    // 308 keeps method and body. The name without its port: clients ask for the port of HTTP, and are sent to that of
    // HTTPS.
    private static final String REDIRECT_TEXT = """
            server {
                listen 80;
                @LISTEN_IPV6@
                server_name @NAMES@;

                access_log /var/log/nginx/pocketpaas-@APP@.log;
                large_client_header_buffers 4 32k;
                server_tokens off;

            @CHALLENGE@
                location / {
                    return 308 https://$host@HTTPS_PORT@$request_uri;
                }
            }
            """;

    // Mozilla's "intermediate" (5.7) without its ciphers for DHE, which nginx offers only with parameters of one's own.
    private static final String SECURE_TEXT = """
            server {
                listen 443 ssl@HTTP2_LISTEN@;
                @LISTEN_IPV6@
                @HTTP2@
                server_name @NAMES@;

                ssl_certificate @CERTIFICATE@/fullchain.pem;
                ssl_certificate_key @CERTIFICATE@/key.pem;
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
                ssl_prefer_server_ciphers off;
                ssl_session_timeout 1d;
                ssl_session_cache shared:pocketpaas:10m;
                ssl_session_tickets off;
                @HSTS@

            @BODY@}
            """;

    private static final String CHALLENGE_TEXT = """
                location ^~ /.well-known/acme-challenge/ {
                    root @CHALLENGES@;
                    default_type text/plain;
                    allow all;
                    auth_basic off;
                    try_files $uri =404;
                }
                # By this the host finds out whether a name leads here.
                location ^~ /.well-known/pocketpaas/ {
                    root @TOKENS@;
                    default_type text/plain;
                    allow all;
                    auth_basic off;
                    try_files $uri =404;
                }
            """;

    private static final String BODY_TEXT = """
                access_log /var/log/nginx/pocketpaas-@APP@.log;
                # The host's own, which other programs may watch, and one that the people of the app may see.
                error_log /var/log/nginx/error.log;
                error_log /var/log/nginx/pocketpaas-@APP@.error.log;
                client_max_body_size 50m;
                large_client_header_buffers 4 32k;
                server_tokens off;
                # What an app sends goes on at once, compressed or not. The kernel's buffers take megabytes from the app
                # for a slow client, and "X-Accel-Buffering: yes" of the app has nginx take all of an answer.
                proxy_buffering off;
                # One holds the header of an answer.
                proxy_buffer_size 32k;
                proxy_buffers 8 32k;
                # The live slot must be looked up for every request.
                open_file_cache off;

                # Of what nginx says itself; an app's answers have their own type.
                default_type text/plain;
                set $pocketpaas_slot blue;
                if (-f @STATE@/live/green) {
                    set $pocketpaas_slot green;
                }
                # HTTP/2 inside of a connection would pass by what stands in front of the app.
                set $pocketpaas_upgrade $http_upgrade;
                set $pocketpaas_hop $pocketpaas_connection;
                if ($http_upgrade ~* "(^|[, ])(h2c?|http/|tls/)") {
                    set $pocketpaas_upgrade "";
                    set $pocketpaas_hop "";
                }
                set $pocketpaas_realm off;
                if (-f @STATE@/visitors) {
                    set $pocketpaas_realm "@APP@";
                }

            @CHALLENGE@
                location / {@MOVING@
                    @ERRORS@
                    @ASK@
                }@AGAIN@@PASSAGE@
                # An admin's own lines, where there are some; last, so that what they have twice is told of them.
                include @SITES@/snippets/@APP@[.]conf;
            """;

    private static final String ASK_TEXT = """
            if (-f @STATE@/stopped) {
                        return 503 "@APP@ is stopped\\n";
                    }
                    if (-f @STATE@/unavailable) {
                        return 503 "@APP@ has no web process at the moment\\n";
                    }
                    @FRONT@
                    proxy_pass http://pocketpaas_@APP@_$pocketpaas_slot;
                    proxy_http_version 1.1;
                    proxy_set_header Host @HOST@;
                    proxy_set_header Upgrade $pocketpaas_upgrade;
                    proxy_set_header Connection $pocketpaas_hop;
                    proxy_set_header X-Forwarded-For @FORWARDED_FOR@;
                    proxy_set_header X-Forwarded-Proto @FORWARDED_PROTO@;
                    proxy_set_header X-Forwarded-Port @FORWARDED_PORT@;
                    proxy_set_header X-Forwarded-Host @HOST@;
                    proxy_set_header X-Request-ID $pocketpaas_request_id;
                    # Would let a client set CGI's HTTP_PROXY in an app.
                    proxy_set_header Proxy "";
                    # By this hosts prove to each other who they are.
                    proxy_set_header X-Pocketpaas-Move "";
                    proxy_connect_timeout 5s;
                    proxy_next_upstream error;
                    proxy_next_upstream_tries 2;
            """;

    // A request chooses its slot when its header is there, and is passed on when all of its body is: a slow upload may
    // outlast a switch,
    // or a scale, and the container that it was for. Where nothing was sent yet it is passed on once more, to what is
    // live then.
    private static final String AGAIN_TEXT = """
                location @pocketpaas_again {
                    set $pocketpaas_answer "";
                    if ($upstream_connect_time !~ "^-(, -)*$") {
                        set $pocketpaas_answer $upstream_status;
                    }
                    if ($pocketpaas_answer ~ "504$") {
                        return 504;
                    }
                    if ($pocketpaas_answer) {
                        return 502;
                    }
                    set $pocketpaas_slot blue;
                    if (-f @STATE@/live/green) {
                        set $pocketpaas_slot green;
                    }@MOVED@
                    @ASK@
                }
            """;

    // Not passed on from here: an error leads to one other place only.
    private static final String MOVED_TEXT = """
                    if (-f @STATE@/move/passed) {
                        add_header Retry-After 30 always;
                        return 503 "@APP@ is just being moved\\n";
                    }
                    @CLOSED@
            """;

    private static final String CLOSED_TEXT = """
            if (-f @STATE@/move/closed) {
                        add_header Retry-After 30 always;
                        return 503 "@APP@ is just being moved\\n";
                    }
                    if (-f @STATE@/move/reclaiming) {
                        add_header Retry-After 30 always;
                        return 503 "@APP@ is just being moved\\n";
                    }
            """;

    // The host that an app was moved to is asked in place of the app. Its certificate is the one that it made for this,
    // and nothing is sent to anybody else. What stands in front of the app is there, too.
    private static final String MOVING_TEXT = """
            # The app moves: one rename decides who is asked.
                    error_page 418 = @pocketpaas_moved;
                    if (-f @STATE@/move/passed) {
                        return 418;
                    }
                    @CLOSED@
            """;

    private static final String PASSAGE_TEXT = """
                location @pocketpaas_moved {
                    @TRUSTED@
                    client_max_body_size 0;
                    proxy_request_buffering off;
                    proxy_read_timeout 1h;
                    proxy_send_timeout 1h;
                    proxy_pass https://pocketpaas_@APP@_moved;
                    proxy_ssl_trusted_certificate @STATE@/move/certificate.pem;
                    proxy_ssl_verify on;
                    proxy_ssl_verify_depth 1;
                    proxy_ssl_server_name on;
                    proxy_ssl_name @NAME@;
                    proxy_ssl_protocols TLSv1.2 TLSv1.3;
                    proxy_http_version 1.1;
                    proxy_set_header Host @NAME@;
                    proxy_set_header X-Pocketpaas-Move @SECRET@;
                    proxy_set_header Upgrade $pocketpaas_upgrade;
                    proxy_set_header Connection $pocketpaas_hop;
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    proxy_set_header X-Forwarded-Proto $scheme;
                    proxy_set_header X-Forwarded-Port @FORWARDED_PORT@;
                    proxy_set_header X-Forwarded-Host $pocketpaas_host;
                    proxy_set_header X-Request-ID $pocketpaas_request_id;
                    proxy_set_header Proxy "";
                    proxy_connect_timeout 5s;
                    proxy_next_upstream error;
                    proxy_next_upstream_tries 2;
                }
            """;

    // What the host that an app was moved from passes on. It says for whom it asks, and proves who it is by a secret.
    // Both
    // hosts of a move have it: each tells the other one by a file, as it is at that moment, whether the app may run
    // there.
    private static final String ARRIVAL_TEXT = """
            # Written by PocketPaaS for the move of the app @APP@; changes are overwritten.
            server {
                listen 443 ssl;
                @LISTEN_IPV6@
                server_name @NAME@;

                ssl_certificate @CERTIFICATE@/certificate.pem;
                ssl_certificate_key @CERTIFICATE@/key.pem;
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_session_cache shared:pocketpaas:10m;
                ssl_session_tickets off;
                set_real_ip_from 0.0.0.0/0;
                set_real_ip_from ::/0;
                real_ip_header X-Forwarded-For;
                real_ip_recursive off;
                # Before every location, also an admin's own: nobody else is told or given anything.
                if ($http_x_pocketpaas_move != "@SECRET@") {
                    return 404;
                }
                # For an admin's own locations.
                proxy_set_header X-Pocketpaas-Move "";

                location = /.well-known/pocketpaas-move {
                    access_log off;
                    default_type text/plain;
                    open_file_cache off;
                    if (-f @STATE@/move/passed) {
                        return 200 "@ID@ passed@TARGET@\\n";
                    }
                    if (-f @STATE@/move/arrived) {
                        return 200 "@ID@ arrived\\n";
                    }
                    return 200 "@ID@\\n";
                }
            @BODY@}
            """;

    private static final String ARRIVING_TEXT = """
                location / {
                    return 503 "@APP@ is not here\\n";
                }
            """;

    private SiteTemplate() {}

    /** The names of the files among the host programs, each with its text. */
    public static SortedMap<String, String> files() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(Map.ofEntries(
                entry(FILE, FILE_TEXT),
                entry(PLAIN, PLAIN_TEXT),
                entry(REDIRECT, REDIRECT_TEXT),
                entry(SECURE, SECURE_TEXT),
                entry(BODY, BODY_TEXT),
                entry(ASK, ASK_TEXT),
                entry(AGAIN, AGAIN_TEXT),
                entry(CHALLENGE, CHALLENGE_TEXT),
                entry(MOVING, MOVING_TEXT),
                entry(MOVED, MOVED_TEXT),
                entry(CLOSED, CLOSED_TEXT),
                entry(PASSAGE, PASSAGE_TEXT),
                entry(ARRIVAL, ARRIVAL_TEXT),
                entry(ARRIVING, ARRIVING_TEXT))));
    }
}
