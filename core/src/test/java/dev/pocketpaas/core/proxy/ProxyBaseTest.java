package dev.pocketpaas.core.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProxyBaseTest {
    @Test
    void onAMachineOfOurOwnItAnswersForUnknownNames() {
        assertThat(new ProxyBase(true, true, true, true, true).text()).isEqualTo("""
                        # Written by PocketPaaS; changes are overwritten.
                        server_names_hash_bucket_size 512;
                        keepalive_min_timeout 2s;
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
                        server {
                            listen 80 default_server;
                            listen [::]:80 default_server;
                            server_name _;
                            access_log off;
                            server_tokens off;
                            # A request line is read before the name is known.
                            large_client_header_buffers 4 32k;
                            default_type text/plain;
                            return 404 "no app here\\n";
                        }
                        server {
                            listen 443 ssl default_server;
                            listen [::]:443 ssl default_server;
                            server_name _;
                            large_client_header_buffers 4 32k;
                            # A connection's versions are settled by this server, before the name is known.
                            ssl_protocols TLSv1.2 TLSv1.3;
                            ssl_reject_handshake on;
                        }
                        include /etc/nginx/pocketpaas/*.conf;
                        """);
    }

    @Test
    void besideAnOwnersSitesItOnlyBringsItsOwn() {
        assertThat(new ProxyBase(false, false, false, false, false).text())
                .doesNotContain("default_server", "server_names_hash", "[::]", "keepalive_min_timeout")
                .endsWith("include /etc/nginx/pocketpaas/*.conf;\n");
    }

    @Test
    void withoutIpv6ItListensOnIpv4Alone() {
        assertThat(new ProxyBase(false, true, true, false, true).text())
                .contains(
                        "listen 80 default_server;\n    server_name", "listen 443 ssl default_server;\n    server_name")
                .doesNotContain("[::]");
    }
}
