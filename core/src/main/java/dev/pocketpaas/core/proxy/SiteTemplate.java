package dev.pocketpaas.core.proxy;

/**
 * The nginx file of one app, with tokens that the host fills in.
 *
 * <p>Both slots are upstream groups, and each request asks the file system which one is live: so a switch is a rename and needs no reload,
 * which would drop idle keep-alive connections. {@code max_fails=0}: with one server a counted failure would only turn into more failures.
 * The upstream's {@code keepalive_timeout} stays below the apps' own (Node: 5 s), so that nginx closes first. Only a failed connection
 * is tried on the next instance, never a slow answer, and nginx itself never repeats a POST.
 */
public final class SiteTemplate {
    /** The name of the file among the host programs. */
    public static final String FILE = "site.conf";

    private static final String TEXT = """
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

            server {
                listen 80;
                @LISTEN_IPV6@
                server_name @DOMAINS@;

                access_log /var/log/nginx/pocketpaas-@APP@.log;
                client_max_body_size 50m;
                # The live slot must be looked up for every request.
                open_file_cache off;

                # Of what nginx says itself; an app's answers have their own type.
                default_type text/plain;
                if (-f @STATE@/stopped) {
                    return 503 "@APP@ is stopped\\n";
                }
                if (-f @STATE@/unavailable) {
                    return 503 "@APP@ has no web process at the moment\\n";
                }
                set $pocketpaas_slot blue;
                if (-f @STATE@/live/green) {
                    set $pocketpaas_slot green;
                }
                set $pocketpaas_realm off;
                if (-f @STATE@/visitors) {
                    set $pocketpaas_realm "@APP@";
                }

                # By this the host finds out whether a name leads here.
                location ^~ /.well-known/pocketpaas/ {
                    root @TOKENS@;
                    default_type text/plain;
                    try_files $uri =404;
                }
                location / {
                    @FRONT@
                    proxy_pass http://pocketpaas_@APP@_$pocketpaas_slot;
                    proxy_http_version 1.1;
                    proxy_set_header Host $pocketpaas_host;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $pocketpaas_connection;
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    proxy_set_header X-Forwarded-Proto $scheme;
                    proxy_set_header X-Forwarded-Port $server_port;
                    proxy_set_header X-Forwarded-Host $pocketpaas_host;
                    proxy_set_header X-Request-ID $pocketpaas_request_id;
                    # Would let a client set CGI's HTTP_PROXY in an app.
                    proxy_set_header Proxy "";
                    proxy_connect_timeout 5s;
                    proxy_next_upstream error;
                    proxy_next_upstream_tries 2;
                }
            }
            """;

    private SiteTemplate() {}

    /** The text with its tokens. */
    public static String text() {
        return TEXT;
    }
}
