package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** The way over and the way out: apps from Heroku and Dokku with their rows, from Kamal, and from a Compose file, and these under plain Docker. */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImportIT {
    private static final String ANSWER = "2 guests: Ada, O'Reilly\n";

    @Test
    @Order(1)
    void anAppComesFromHerokuWithItsRows(TestDroplet droplet) throws IOException {
        StandIns.bring(droplet, "postgres");
        Path directory = droplet.laptop().sample("import-heroku", "node-postgres-sample");
        Files.delete(directory.resolve("pocketpaas.yml"));
        Laptop.write(directory.resolve("Procfile"), "web: node server.js\nrelease: node migrate.js\n");
        export(directory.resolve("export"), dump(droplet));

        assertThat(must(droplet, directory, "import").out()).contains("pocketpaas import heroku APP");
        Seen plan = must(droplet, directory, "import", "heroku", "guests", "--from", "export");
        assertThat(plan.out()).contains("services.db", "NOT TAKEN OVER");
        assertThat(must(droplet, directory, "apps").out()).doesNotContain("guests");
        Seen applied = must(droplet, directory, "import", "heroku", "guests", "--from", "export", "--apply");
        assertThat(applied.out()).contains("created, linked", "restored into db");
        assertThat(applied.all()).doesNotContain("sk_live_1");
        assertThat(Files.readString(directory.resolve("pocketpaas.yml"))).doesNotContain("sk_live_1");

        Laptop.write(directory.resolve(".gitignore"), "export\n");
        droplet.laptop().commit(directory, "an app that was at Heroku");
        must(droplet, directory, "deploy");

        assertThat(droplet.get("guests", "/").body()).isEqualTo(ANSWER);
        assertThat(must(droplet, directory, "env", "get", "STRIPE_KEY").out()).isEqualTo("sk_live_1");
        droplet.inside("curl -s -X POST -H 'Host: guests.localhost' http://127.0.0.1/Eve");
        Seen again = must(droplet, directory, "import", "heroku", "guests", "--from", "export", "--apply");
        assertThat(again.out()).contains("is there, and live", "is linked", "not restored");
        assertThat(droplet.get("guests", "/").body()).startsWith("3 guests");
    }

    @Test
    @Order(2)
    void itRunsUnderPlainDockerWithItsRows(TestDroplet droplet) throws IOException {
        Path directory = droplet.laptop().home().resolve("projects/import-heroku/node-postgres-sample");
        must(droplet, directory, "env", "set", "HARD=it's \"5 $\"\\n");
        must(droplet, directory, "eject", "out");
        assertThat(Files.getPosixFilePermissions(directory.resolve("out/app.env")))
                .hasSize(2);

        String address = ejected(droplet, directory, "guests", "db");

        Polling.until(
                Duration.ofSeconds(30),
                () -> get(droplet, address).startsWith("3 guests"),
                () -> get(droplet, address));
        // Until nginx's new workers are there, the old ones tell that the app is stopped.
        Polling.until(
                Duration.ofSeconds(30),
                () -> droplet.get("guests", "/").body().startsWith("3 guests"),
                () -> droplet.get("guests", "/").body());
        assertThat(droplet.inside("docker exec $(docker ps -q --filter label=com.docker.compose.service=web-1"
                                + " --filter label=com.docker.compose.project=guests) printenv HARD STRIPE_KEY")
                        .out())
                .isEqualTo("it's \"5 $\"\\n\nsk_live_1\n");
        back(droplet, directory, "guests");
    }

    @Test
    @Order(3)
    void itRunsAsAStackOfSwarmWithItsRows(TestDroplet droplet) throws IOException {
        Path directory = droplet.laptop().home().resolve("projects/import-heroku/node-postgres-sample");
        must(droplet, directory, "services", "start", "db");
        must(droplet, directory, "start");
        Path manifest = directory.resolve("pocketpaas.yml");
        String placed = "\n  web:\n    place: { disk: ssd }\n    spread: zone\n";
        Laptop.write(manifest, Files.readString(manifest).replace("\n  web:\n", placed));
        droplet.laptop().commit(directory, "a place, once there are several machines");
        must(droplet, directory, "deploy");
        must(droplet, directory, "env", "set", "HARD=it's \"5 $\" {{.Node.ID}}");
        must(droplet, directory, "eject", "--stack", "stack");
        assertThat(Files.getPosixFilePermissions(directory.resolve("stack/stack.yml")))
                .hasSize(2);
        String readme = brought(droplet, directory, "stack", "guests");
        must(droplet, directory, "stop");
        must(droplet, directory, "services", "stop", "db");
        String machine = droplet.must(
                        "sed -i 's/\"live-restore\": true/\"live-restore\": false/' /etc/docker/daemon.json"
                                + " && systemctl reload docker && docker swarm init --advertise-addr eth0 >/dev/null"
                                + " && docker info --format '{{.Swarm.NodeID}}'")
                .out()
                .strip();

        droplet.must("cd /srv/guests && " + command(readme, "docker tag") + " && "
                + command(readme, "docker node update").replace("MACHINE", machine) + " && "
                + command(readme, "docker stack deploy"));
        assertThat(droplet.must("docker service inspect --format '{{.Spec.TaskTemplate.Placement}}' guests_web")
                        .out())
                .contains("node.labels.disk == ssd");
        assertThat(droplet.must("docker service ps -q guests_web").out())
                .as("no machine has the label")
                .isEmpty();
        droplet.must(command(readme, "docker node update --label-add disk").replace("MACHINE", machine));

        Polling.until(
                Duration.ofSeconds(60),
                () -> get(droplet, "127.0.0.1:8001").startsWith("3 guests"),
                () -> droplet.inside("docker stack ps --no-trunc guests; docker service logs --tail 20 guests_web 2>&1")
                        .toString());
        assertThat(droplet.must("docker exec $(docker ps -q --filter label=com.docker.swarm.service.name=guests_web)"
                                + " printenv HARD STRIPE_KEY DYNO")
                        .out())
                .isEqualTo("it's \"5 $\" {{.Node.ID}}\nsk_live_1\nweb.1\n");
        droplet.must(
                "docker stack rm guests && while docker ps -q --filter label=com.docker.stack.namespace=guests | grep -q .;"
                        + " do sleep 0.2; done; docker swarm leave --force && rm -rf /srv/guests && docker network rm docker_gwbridge"
                        + " && sed -i 's/\"live-restore\": false/\"live-restore\": true/' /etc/docker/daemon.json"
                        + " && systemctl reload docker");
        must(droplet, directory, "services", "start", "db");
        must(droplet, directory, "destroy", "--confirm", "guests", "--volumes");
        must(droplet, directory, "services", "destroy", "db", "--confirm", "db");
    }

    @Test
    @Order(4)
    void anAppComesFromAComposeFileAndLeavesAgain(TestDroplet droplet) throws IOException {
        Path directory = droplet.laptop().sample("import-compose", "dockerfile-sample");
        Files.delete(directory.resolve("pocketpaas.yml"));
        Laptop.write(directory.resolve("compose.yml"), """
                name: composed
                services:
                  web:
                    build: .
                    ports: ["8080:8080"]
                    environment: { API_TOKEN: hush }
                    volumes: [ "data:/data" ]
                    deploy: { resources: { limits: { memory: 128M } } }
                volumes: { data: {} }
                """);

        Seen applied = must(droplet, directory, "import", "compose", "compose.yml", "--apply");
        assertThat(applied.out()).contains("healthcheck.port", "1 set");
        droplet.laptop().commit(directory, "an app that Compose ran");
        must(droplet, directory, "deploy");
        String answer = droplet.get("composed", "/").body();
        assertThat(answer).contains("Hello from PocketPaaS");

        must(droplet, directory, "eject", "out", "--json");
        String address = ejected(droplet, directory, "composed", "");
        Polling.until(Duration.ofSeconds(30), () -> get(droplet, address).equals(answer), () -> get(droplet, address));
        back(droplet, directory, "composed");
        must(droplet, directory, "destroy", "--confirm", "composed", "--volumes");
    }

    @Test
    @Order(5)
    void anAppComesFromDokkuWithItsRows(TestDroplet droplet) throws IOException {
        Path directory = droplet.laptop().sample("import-dokku", "node-postgres-sample");
        Files.delete(directory.resolve("pocketpaas.yml"));
        Laptop.write(directory.resolve("Procfile"), "web: node server.js\nrelease: node migrate.js\n");
        Path export = Files.createDirectories(directory.resolve("export"));
        Laptop.write(
                export.resolve("config.json"),
                "{\"DATABASE_URL\": \"postgres://postgres:0123@dokku-postgres-visitors-db:5432/visitors_db\","
                        + " \"STRIPE_KEY\": \"sk_live_2\", \"DOKKU_APP_TYPE\": \"herokuish\"}");
        Laptop.write(
                export.resolve("scale.txt"),
                "-----> Scaling for visitors\nproctype: qty\n--------: ---\nweb: 1\nrelease: 0\n");
        Laptop.write(export.resolve("ports.txt"), "http:80:5000\n");
        Files.copy(new ByteArrayInputStream(dump(droplet)), export.resolve("latest.dump"));

        Seen applied = must(droplet, directory, "import", "dokku", "visitors", "--from", "export", "--apply");
        assertThat(applied.out()).contains("created, linked", "restored into ");
        assertThat(applied.all()).doesNotContain("sk_live_2");
        Laptop.write(directory.resolve(".gitignore"), "export\n");
        droplet.laptop().commit(directory, "an app that was at Dokku");
        must(droplet, directory, "deploy");

        assertThat(droplet.get("visitors", "/").body()).isEqualTo(ANSWER);
        assertThat(must(droplet, directory, "env", "get", "STRIPE_KEY").out()).isEqualTo("sk_live_2");
        must(droplet, directory, "destroy", "--confirm", "visitors", "--volumes");
        must(droplet, directory, "services", "destroy", "visitors-db", "--confirm", "visitors-db");
    }

    @Test
    @Order(6)
    void anAppComesFromKamal(TestDroplet droplet) throws IOException {
        Path directory = droplet.laptop().sample("import-kamal", "dockerfile-sample");
        Files.delete(directory.resolve("pocketpaas.yml"));
        Files.createDirectories(directory.resolve("config"));
        Laptop.write(directory.resolve("config/deploy.yml"), """
                service: sailed
                image: ada/sailed
                servers:
                  web: [203.0.113.10]
                proxy: { app_port: 8080 }
                registry: { server: ghcr.io, username: ada, password: [KAMAL_REGISTRY_PASSWORD] }
                env:
                  clear: { COLOUR: blue }
                  secret: [API_TOKEN]
                builder: { arch: amd64 }
                """);

        Seen applied = must(droplet, directory, "import", "kamal", "config/deploy.yml", "--apply");
        assertThat(applied.out()).contains("API_TOKEN");
        droplet.laptop().commit(directory, "an app that Kamal ran");
        Seen refused = droplet.laptop().with("POCKETPAAS_HOST", droplet.name()).pocketpaas(directory, "deploy");
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("API_TOKEN");
        must(droplet, directory, "env", "set", "API_TOKEN=hush");
        must(droplet, directory, "deploy");

        assertThat(droplet.get("sailed", "/").body()).isEqualTo("Hello from PocketPaaS (dockerfile-sample)\n");
        assertThat(must(droplet, directory, "env", "get", "COLOUR").out()).isEqualTo("blue");
        must(droplet, directory, "destroy", "--confirm", "sailed", "--volumes");
    }

    /** What Heroku's program prints. */
    private static void export(Path directory, byte[] dump) throws IOException {
        Files.createDirectories(directory);
        Laptop.write(
                directory.resolve("config.json"),
                "{\"DATABASE_URL\": \"postgres://u:p@ec2.example.com:5432/d\", \"STRIPE_KEY\": \"sk_live_1\"}");
        Laptop.write(directory.resolve("domains.json"), "[]");
        Laptop.write(directory.resolve("buildpacks.json"), "[]");
        Laptop.write(
                directory.resolve("formation.json"), "[{\"type\": \"web\", \"quantity\": 1, \"size\": \"Basic\"}]");
        Laptop.write(
                directory.resolve("addons.json"),
                "[{\"name\": \"postgresql-curly-1\", \"addon_service\": {\"name\": \"heroku-postgresql\"}, "
                        + "\"config_vars\": [\"DATABASE_URL\"]}]");
        Files.copy(new ByteArrayInputStream(dump), directory.resolve("latest.dump"));
    }

    /** As Heroku's backups are: in the custom format, of another owner. */
    private static byte[] dump(TestDroplet droplet) {
        must(droplet, droplet.laptop().home(), "services", "create", "postgres", "origin");
        Seen dump = droplet.inside(
                "docker exec -u postgres $(docker ps -q --filter label=pocketpaas.service=origin) sh -c '"
                        + "createuser herokuish && createdb -O herokuish d && psql -qd d -c \"SET ROLE herokuish;"
                        + " CREATE TABLE guests (id serial PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now());"
                        + " INSERT INTO guests (name) VALUES (\\$\\$Ada\\$\\$), (\\$\\$O\\$\\$ || chr(39) || \\$\\$Reilly\\$\\$)\""
                        + " && pg_dump --format=custom d' | base64 -w0");
        must(droplet, droplet.laptop().home(), "services", "destroy", "origin", "--confirm", "origin");
        assertThat(dump.out()).as(dump.toString()).startsWith("UEdETVA");
        return Base64.getDecoder().decode(dump.out().strip());
    }

    /** Follows the README that was written: where web answers on the droplet. */
    private static String ejected(TestDroplet droplet, Path directory, String app, String service) throws IOException {
        if (droplet.inside("command -v docker-compose || docker compose version")
                        .exit()
                != 0) {
            Seen installed =
                    droplet.inside("DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends"
                            + " docker-compose >/dev/null 2>&1");
            assertThat(installed.exit()).as(installed.toString()).isZero();
        }
        String readme = brought(droplet, directory, "out", app);
        must(droplet, directory, "stop");
        if (!service.isEmpty()) {
            must(droplet, directory, "services", "stop", service);
        }
        droplet.must(command(readme, "docker tag") + " && cd /srv/" + app + " && " + compose(droplet) + " up -d");
        Seen nginx = droplet.inside("cp /srv/" + app + "/nginx.conf /etc/nginx/conf.d/00-" + app
                + ".conf && nginx -t && systemctl reload nginx");
        assertThat(nginx.exit()).as(nginx.toString()).isZero();
        return "127.0.0.1:8001";
    }

    /** The files that were written are on the droplet; what their README says. */
    private static String brought(TestDroplet droplet, Path directory, String files, String app) throws IOException {
        Path archive = directory.resolve(files + ".tar");
        droplet.laptop().must(directory, "tar", "-C", files, "-cf", archive.toString(), ".");
        Seen seen = droplet.inside(
                "mkdir -p /srv/" + app + " && tar -C /srv/" + app + " -xf -", Files.readAllBytes(archive));
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return Files.readString(directory.resolve(files).resolve("README.md"));
    }

    /** The command of the README that begins so. */
    private static String command(String readme, String begin) {
        return readme.lines()
                .map(String::strip)
                .filter(line -> line.startsWith(begin))
                .findFirst()
                .orElseThrow();
    }

    private static String compose(TestDroplet droplet) {
        return droplet.inside("docker compose version").exit() == 0 ? "docker compose" : "docker-compose";
    }

    private static void back(TestDroplet droplet, Path directory, String app) {
        Seen down = droplet.inside("cd /srv/" + app + " && " + compose(droplet) + " down && rm -rf /srv/" + app
                + " /etc/nginx/conf.d/00-" + app + ".conf && systemctl reload nginx");
        assertThat(down.exit()).as(down.toString()).isZero();
    }

    private static String get(TestDroplet droplet, String address) {
        return droplet.inside("curl -s --max-time 5 http://" + address + "/").out();
    }

    private static Seen must(TestDroplet droplet, Path directory, String... arguments) {
        Seen seen = droplet.laptop().with("POCKETPAAS_HOST", droplet.name()).pocketpaas(directory, arguments);
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen;
    }
}
