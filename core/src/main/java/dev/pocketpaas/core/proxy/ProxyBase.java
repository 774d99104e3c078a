package dev.pocketpaas.core.proxy;

/**
 * The one file of ours in nginx's {@code conf.d}: what all apps share, the answer to unknown names, and the include of the apps' files.
 * It depends on the nginx that is there, and leaves alone what the owner has set already.
 *
 * @param ipv6 whether the machine has IPv6
 * @param defaultServer whether unknown names on port 80 are ours to answer (nobody else is {@code default_server})
 * @param rejectHandshake whether unknown names on port 443 are ours to refuse: nginx is 1.19.4 or newer and nobody else is {@code
 *     default_server} there
 * @param namesHash whether to make room for long names: the owner has not set {@code server_names_hash_bucket_size}
 * @param keptConnections whether connections that are kept alive outlive a reload: nginx is 1.27.4 or newer, and the owner has not set
 *     {@code keepalive_min_timeout}
 */
public record ProxyBase(
        boolean ipv6, boolean defaultServer, boolean rejectHandshake, boolean namesHash, boolean keptConnections) {
    /** Where the file belongs on a host. */
    public static final String PATH = "/etc/nginx/conf.d/pocketpaas.conf";

    /** The directory of the apps' files, included by ours. */
    public static final String SITES = "/etc/nginx/pocketpaas";

    private static final String HEAD = """
            # Written by PocketPaaS; changes are overwritten.
            """;

    private static final String NAMES_HASH = """
            server_names_hash_bucket_size 512;
            """;

    // No longer than proxy_settle of the host programs waits: until then a worker of before the reload may be asked
    // once more.
    private static final String KEPT_CONNECTIONS = """
            keepalive_min_timeout 2s;
            """;

    private static final String MAPS = """
            map $http_upgrade $pocketpaas_connection {
                default upgrade;
                ''      '';
            }
            map $http_host $pocketpaas_host {
                default $http_host;
                ''      $host;
            }
            map $http_x_request_id $pocketpaas_request_id {
                default                       $request_id;
                "~^[A-Za-z0-9._-]{20,200}$"   $http_x_request_id;
            }
            """;

    private static final String DEFAULT_SERVER = """
            server {
                listen 80 default_server;
            %s    server_name _;
                access_log off;
                server_tokens off;
                # A request line is read before the name is known.
                large_client_header_buffers 4 32k;
                default_type text/plain;
                return 404 "no app here\\n";
            }
            """;

    private static final String REJECT_HANDSHAKE = """
            server {
                listen 443 ssl default_server;
            %s    server_name _;
                large_client_header_buffers 4 32k;
                # A connection's versions are settled by this server, before the name is known.
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_reject_handshake on;
            }
            """;

    private static final String INCLUDE = """
            include /etc/nginx/pocketpaas/*.conf;
            """;

    /** The text of the file. */
    public String text() {
        StringBuilder text = new StringBuilder(HEAD);
        if (namesHash) {
            text.append(NAMES_HASH);
        }
        if (keptConnections) {
            text.append(KEPT_CONNECTIONS);
        }
        text.append(MAPS);
        if (defaultServer) {
            text.append(DEFAULT_SERVER.formatted(ipv6 ? "    listen [::]:80 default_server;\n" : ""));
        }
        if (rejectHandshake) {
            text.append(REJECT_HANDSHAKE.formatted(ipv6 ? "    listen [::]:443 ssl default_server;\n" : ""));
        }
        return text.append(INCLUDE).toString();
    }
}
