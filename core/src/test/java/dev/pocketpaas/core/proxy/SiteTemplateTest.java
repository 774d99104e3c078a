package dev.pocketpaas.core.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SiteTemplateTest {
    @Test
    void filledInItServesBothSlotsAndAsksForTheLiveOne() {
        String text = SiteTemplate.text()
                .replace("@APP@", "shop")
                .replace("@BLUE@", "server 10.213.0.32:5000 max_fails=0;\n    server 10.213.0.33:5000 max_fails=0;")
                .replace("@GREEN@", "server 10.213.0.80:8080 max_fails=0;")
                .replace("@LISTEN_IPV6@", "listen [::]:80;")
                .replace("@DOMAINS@", "shop.example.com *.shop.example.com")
                .replace("@FRONT@", "proxy_read_timeout 60s;")
                .replace("@TOKENS@", "/var/lib/pocketpaas/tokens")
                .replace("@STATE@", "/var/lib/pocketpaas/apps/shop");

        assertThat(text).isEqualTo("""
                        # Written by PocketPaaS for the app shop; changes are overwritten.
                        upstream pocketpaas_shop_blue {
                            server 10.213.0.32:5000 max_fails=0;
                            server 10.213.0.33:5000 max_fails=0;
                            keepalive 32;
                            keepalive_timeout 4s;
                        }
                        upstream pocketpaas_shop_green {
                            server 10.213.0.80:8080 max_fails=0;
                            keepalive 32;
                            keepalive_timeout 4s;
                        }

                        server {
                            listen 80;
                            listen [::]:80;
                            server_name shop.example.com *.shop.example.com;

                            access_log /var/log/nginx/pocketpaas-shop.log;
                            client_max_body_size 50m;
                            # The live slot must be looked up for every request.
                            open_file_cache off;

                            # Of what nginx says itself; an app's answers have their own type.
                            default_type text/plain;
                            if (-f /var/lib/pocketpaas/apps/shop/stopped) {
                                return 503 "shop is stopped\\n";
                            }
                            if (-f /var/lib/pocketpaas/apps/shop/unavailable) {
                                return 503 "shop has no web process at the moment\\n";
                            }
                            set $pocketpaas_slot blue;
                            if (-f /var/lib/pocketpaas/apps/shop/live/green) {
                                set $pocketpaas_slot green;
                            }
                            set $pocketpaas_realm off;
                            if (-f /var/lib/pocketpaas/apps/shop/visitors) {
                                set $pocketpaas_realm "shop";
                            }

                            # By this the host finds out whether a name leads here.
                            location ^~ /.well-known/pocketpaas/ {
                                root /var/lib/pocketpaas/tokens;
                                default_type text/plain;
                                try_files $uri =404;
                            }
                            location / {
                                proxy_read_timeout 60s;
                                proxy_pass http://pocketpaas_shop_$pocketpaas_slot;
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
                        """);
    }
}
