package dev.pocketpaas.core.migration;

import java.util.List;

/** A server of nginx for an app that runs under plain Docker. Pure. */
final class EjectedNginx {
    private EjectedNginx() {}

    /** The file for {@code upstreams}, {@code ADDRESS:PORT} each. */
    static String of(Blueprint app, List<String> upstreams) {
        String names = app.domains().isEmpty() ? "_" : String.join(" ", app.domains());
        StringBuilder servers = new StringBuilder();
        upstreams.forEach(one -> servers.append("    server ").append(one).append(" max_fails=0;\n"));
        return """
                # For /etc/nginx/conf.d/. A certificate: certbot --nginx%s
                upstream %s {
                %s    keepalive 16;
                }

                map $http_upgrade $%s_connection {
                    default upgrade;
                    "" "";
                }

                server {
                    listen 80;
                    server_name %s;
                    client_max_body_size %s;

                    location / {
                        proxy_pass http://%s;
                        proxy_http_version 1.1;
                        proxy_set_header Host $http_host;
                        proxy_set_header Upgrade $http_upgrade;
                        proxy_set_header Connection $%s_connection;
                        proxy_set_header X-Real-IP $remote_addr;
                        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                        proxy_set_header X-Forwarded-Proto $scheme;
                        proxy_read_timeout %ss;
                        proxy_send_timeout %ss;
                    }
                }
                """.formatted(
                        app.domains().stream().map(one -> " -d " + one).reduce("", String::concat),
                        upstream(app),
                        servers,
                        upstream(app).replace('-', '_'),
                        names,
                        app.maxBody().isEmpty() ? "50m" : app.maxBody(),
                        upstream(app),
                        upstream(app).replace('-', '_'),
                        timeout(app),
                        timeout(app));
    }

    private static String upstream(Blueprint app) {
        return app.app() + "-ejected";
    }

    private static String timeout(Blueprint app) {
        return app.timeout().isEmpty() ? "60" : app.timeout();
    }
}
