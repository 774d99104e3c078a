package dev.pocketpaas.cli.e2e;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.List;

/** All that PocketPaaS has on a droplet, a line each: what the engine, nginx and systemd have, databases and logins, and the state's files. */
final class Inventory {
    private static final String LOOK = """
            docker ps -a --format 'container {{.Names}} {{.Label "pocketpaas.app"}}'
            docker images --format 'image {{.Repository}}:{{.Tag}}'
            docker volume ls --format 'volume {{.Name}}'
            docker network ls --format 'network {{.Name}}'
            find /etc/nginx/pocketpaas /etc/letsencrypt -type f 2>/dev/null
            find /etc/systemd/system /run/systemd/transient -name '*pocketpaas*' 2>/dev/null
            ls -d /var/lib/systemd/timers/*pocketpaas-cron* 2>/dev/null
            find /var/log/nginx -name 'pocketpaas-*' | sed 's/[.][0-9]*\\(.gz\\)\\?$//'
            find /var/lib/pocketpaas -mindepth 1 -maxdepth 4 -not -path '/var/lib/pocketpaas/notices*' -not -path '*/apps/*/releases/*' \\
                -not -path '*/apps/*/repo.git/*' -not -path '*/work/*/*'
            for service in $(docker ps -q --filter label=pocketpaas.service); do
                docker exec $service psql -U postgres -qAtc \\
                    "SELECT 'database ' || datname FROM pg_database UNION ALL SELECT 'role ' || rolname FROM pg_roles"
            done
            """;

    private Inventory() {}

    /** What there is now. */
    static List<String> of(TestDroplet droplet) {
        Seen seen = droplet.inside("{\n" + LOOK + "} | sort -u");
        if (seen.exit() != 0) {
            throw new AssertionError("the droplet cannot be looked at\n" + seen);
        }
        return seen.out().lines().toList();
    }
}
