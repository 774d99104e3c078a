package dev.pocketpaas.core.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SiteTemplateTest {
    private final Map<String, String> tokens = new TreeMap<>(Map.of(
            "APP", "shop",
            "STATE", "/var/lib/pocketpaas/apps/shop",
            "CHALLENGES", "/var/lib/pocketpaas/acme",
            "TOKENS", "/var/lib/pocketpaas/tokens",
            "FRONT", "proxy_read_timeout 60s;",
            "FORWARDED_PORT", "8080",
            "SITES", "/etc/nginx/pocketpaas",
            "LISTEN_IPV6", "listen [::]:80;",
            "NAMES", "shop.example.com *.shop.example.com"));

    @Test
    void theFileHasBothSlotsAndThenItsServers() {
        tokens.put("BLUE", "server 10.213.0.32:5000 max_fails=0;\n    server 10.213.0.33:5000 max_fails=0;");
        tokens.put("GREEN", "server 10.213.0.80:8080 max_fails=0;");
        tokens.put("SERVERS", "server {\n}\n");

        assertThat(filled(SiteTemplate.FILE)).isEqualTo("""
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
                        }
                        """);
    }

    @Test
    void aServerAsksForTheLiveSlotAndAnswersAcmeBeforeAnythingElse() {
        parts();

        assertThat(filled(SiteTemplate.PLAIN)).isEqualTo("""
                        server {
                            listen 80;
                            listen [::]:80;
                            server_name shop.example.com *.shop.example.com;

                            access_log /var/log/nginx/pocketpaas-shop.log;
                            # The host's own, which other programs may watch, and one that the people of the app may see.
                            error_log /var/log/nginx/error.log;
                            error_log /var/log/nginx/pocketpaas-shop.error.log;
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
                            if (-f /var/lib/pocketpaas/apps/shop/live/green) {
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
                            if (-f /var/lib/pocketpaas/apps/shop/visitors) {
                                set $pocketpaas_realm "shop";
                            }

                            location ^~ /.well-known/acme-challenge/ {
                                root /var/lib/pocketpaas/acme;
                                default_type text/plain;
                                allow all;
                                auth_basic off;
                                try_files $uri =404;
                            }
                            # By this the host finds out whether a name leads here.
                            location ^~ /.well-known/pocketpaas/ {
                                root /var/lib/pocketpaas/tokens;
                                default_type text/plain;
                                allow all;
                                auth_basic off;
                                try_files $uri =404;
                            }

                            location / {
                                error_page 502 504 = @pocketpaas_again;
                                if (-f /var/lib/pocketpaas/apps/shop/stopped) {
                                    return 503 "shop is stopped\\n";
                                }
                                if (-f /var/lib/pocketpaas/apps/shop/unavailable) {
                                    return 503 "shop has no web process at the moment\\n";
                                }
                                proxy_read_timeout 60s;
                                proxy_pass http://pocketpaas_shop_$pocketpaas_slot;
                                proxy_http_version 1.1;
                                proxy_set_header Host $pocketpaas_host;
                                proxy_set_header Upgrade $pocketpaas_upgrade;
                                proxy_set_header Connection $pocketpaas_hop;
                                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                                proxy_set_header X-Forwarded-Proto $scheme;
                                proxy_set_header X-Forwarded-Port 8080;
                                proxy_set_header X-Forwarded-Host $pocketpaas_host;
                                proxy_set_header X-Request-ID $pocketpaas_request_id;
                                # Would let a client set CGI's HTTP_PROXY in an app.
                                proxy_set_header Proxy "";
                                # By this hosts prove to each other who they are.
                                proxy_set_header X-Pocketpaas-Move "";
                                proxy_connect_timeout 5s;
                                proxy_next_upstream error;
                                proxy_next_upstream_tries 2;
                            }
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
                                if (-f /var/lib/pocketpaas/apps/shop/live/green) {
                                    set $pocketpaas_slot green;
                                }
                                if (-f /var/lib/pocketpaas/apps/shop/stopped) {
                                    return 503 "shop is stopped\\n";
                                }
                                if (-f /var/lib/pocketpaas/apps/shop/unavailable) {
                                    return 503 "shop has no web process at the moment\\n";
                                }
                                proxy_read_timeout 60s;
                                proxy_pass http://pocketpaas_shop_$pocketpaas_slot;
                                proxy_http_version 1.1;
                                proxy_set_header Host $pocketpaas_host;
                                proxy_set_header Upgrade $pocketpaas_upgrade;
                                proxy_set_header Connection $pocketpaas_hop;
                                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                                proxy_set_header X-Forwarded-Proto $scheme;
                                proxy_set_header X-Forwarded-Port 8080;
                                proxy_set_header X-Forwarded-Host $pocketpaas_host;
                                proxy_set_header X-Request-ID $pocketpaas_request_id;
                                # Would let a client set CGI's HTTP_PROXY in an app.
                                proxy_set_header Proxy "";
                                # By this hosts prove to each other who they are.
                                proxy_set_header X-Pocketpaas-Move "";
                                proxy_connect_timeout 5s;
                                proxy_next_upstream error;
                                proxy_next_upstream_tries 2;
                            }
                            # An admin's own lines, where there are some; last, so that what they have twice is told of them.
                            include /etc/nginx/pocketpaas/snippets/shop[.]conf;
                        }
                        """);
    }

    @Test
    void theRedirectKeepsMethodPathAndQuery() {
        parts();
        tokens.put("HTTPS_PORT", ":8443");

        assertThat(filled(SiteTemplate.REDIRECT))
                .contains(
                        "    location ^~ /.well-known/acme-challenge/ {\n",
                        "    location ^~ /.well-known/pocketpaas/ {\n",
                        "        return 308 https://$host:8443$request_uri;\n")
                .doesNotContain("proxy_pass");
    }

    @Test
    void theSecureServerHasTheCertificateAndTheSameBody() {
        parts();
        tokens.put("CERTIFICATE", "/certificates/abc");
        tokens.put("HTTP2_LISTEN", " http2");
        tokens.put("HTTP2", "");
        tokens.put("HSTS", "add_header Strict-Transport-Security \"max-age=86400\" always;");

        assertThat(filled(SiteTemplate.SECURE))
                .startsWith("server {\n    listen 443 ssl http2;\n")
                .contains(
                        "    ssl_certificate /certificates/abc/fullchain.pem;\n    ssl_certificate_key /certificates/abc/key.pem;\n",
                        "    ssl_protocols TLSv1.2 TLSv1.3;\n",
                        "    add_header Strict-Transport-Security \"max-age=86400\" always;\n")
                .endsWith(tokens.get("BODY") + "}\n");
    }

    /** What could not be sent is not passed on to where the app has gone: that is one error more. */
    @Test
    void whileAnAppMovesBothPlacesThatAskItLookAtTheSameFiles() {
        tokens.put("CLOSED", filled(SiteTemplate.CLOSED).stripTrailing());
        for (String file : new String[] {SiteTemplate.MOVING, SiteTemplate.MOVED}) {
            for (String state : new String[] {"passed", "closed", "reclaiming"}) {
                assertThat(filled(file))
                        .containsOnlyOnce("if (-f /var/lib/pocketpaas/apps/shop/move/" + state + ") {\n");
            }
        }
        assertThat(filled(SiteTemplate.MOVING)).contains("return 418;");
        assertThat(filled(SiteTemplate.MOVED)).doesNotContain("418");
    }

    private void parts() {
        tokens.put("HOST", "$pocketpaas_host");
        tokens.put("FORWARDED_FOR", "$proxy_add_x_forwarded_for");
        tokens.put("FORWARDED_PROTO", "$scheme");
        tokens.put("MOVING", "");
        tokens.put("PASSAGE", "");
        tokens.put("CHALLENGE", filled(SiteTemplate.CHALLENGE));
        tokens.put("ASK", filled(SiteTemplate.ASK).stripTrailing());
        tokens.put("MOVED", "");
        tokens.put("ERRORS", "error_page 502 504 = @pocketpaas_again;");
        tokens.put("AGAIN", "\n" + filled(SiteTemplate.AGAIN).stripTrailing());
        tokens.put("BODY", filled(SiteTemplate.BODY));
    }

    private String filled(String file) {
        String text = String.valueOf(SiteTemplate.files().get(file));
        for (Map.Entry<String, String> token : tokens.entrySet()) {
            text = text.replace("@" + token.getKey() + "@", token.getValue());
        }
        assertThat(text).doesNotContainPattern("@[A-Z]");
        return text;
    }
}
