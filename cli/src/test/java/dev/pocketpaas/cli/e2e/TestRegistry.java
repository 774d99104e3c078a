package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;

/**
 * A real registry (the distribution's) in a droplet, beside the host's own programs: at {@link #PRIVATE} it asks for the login of ada, whose
 * password is "right"; at port 5002 nobody is asked, which is how images get in.
 */
final class TestRegistry implements AutoCloseable {
    /** Where the host finds it. */
    static final String PRIVATE = "127.0.0.1:5001";

    /** Registries that say one thing only: {@code /v2/CODE/…} is answered with that status. */
    static final String ODD = "127.0.0.1:5003";

    private static final String SET_UP = """
            set -e
            # Of a run before, on a droplet that is kept; mostly there are none.
            systemctl stop test-registry test-registry-in test-registry-odd test-registry-tls 2>/dev/null || true
            [ -x /usr/bin/docker-registry ] || {
                apt-get -q update && apt-get -q install --yes --no-install-recommends docker-registry
                systemctl disable --now docker-registry
            } >/dev/null 2>&1
            rm -rf /srv/registry && mkdir -p /srv/registry/image && cd /srv/registry
            perl -e 'print "ada:", crypt("right", q{$2y$05$abcdefghijklmnopqrstuu}), "\\n"' >htpasswd
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=registry.test -days 30 \
                -addext subjectAltName=DNS:registry.test -keyout key.pem -out cert.pem 2>/dev/null
            write() {
                printf 'version: 0.1\\nlog: {level: error}\\nstorage: {filesystem: {rootdirectory: /srv/registry/data}}\\nhttp: %s\\n' "$2" >"$1.yml"
            }
            write private '{addr: 127.0.0.1:5001}'
            echo 'auth: {htpasswd: {realm: test, path: /srv/registry/htpasswd}}' >>private.yml
            write in '{addr: 127.0.0.1:5002}'
            write tls '{addr: 0.0.0.0:5443, tls: {certificate: /srv/registry/cert.pem, key: /srv/registry/key.pem}}'
            # Whatever is at 127.0.0.1 the engine trusts.
            hosts=$(grep -v registry.test /etc/hosts) && printf '%s\n%s registry.test\n' "$hosts" "$(hostname -I | cut -d' ' -f1)" >/etc/hosts
            cat >odd.py <<'END'
            import http.server, json
            WORDS = {401: "UNAUTHORIZED", 403: "DENIED", 404: "MANIFEST_UNKNOWN", 429: "TOOMANYREQUESTS"}
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    word = self.path.split("/")[2]
                    status = int(word) if word.isdigit() else 200
                    error = {"code": WORDS.get(status, "UNKNOWN"), "message": "no"}
                    body = json.dumps({"errors": [error]}).encode()
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(body)
                do_HEAD = do_GET
                def log_message(self, *words):
                    pass
            http.server.ThreadingHTTPServer(("127.0.0.1", 5003), Handler).serve_forever()
            END
            for one in in tls; do systemd-run --quiet --collect --unit test-registry-$one docker-registry serve /srv/registry/$one.yml; done
            systemd-run --quiet --collect --unit test-registry-odd python3 /srv/registry/odd.py
            for i in $(seq 100); do curl -sf http://127.0.0.1:5002/v2/ && curl -s http://127.0.0.1:5003/v2/ && exit 0; sleep 0.1; done
            exit 1
            """;

    private final TestDroplet droplet;

    private TestRegistry(TestDroplet droplet) {
        this.droplet = droplet;
    }

    /** Up, and empty. */
    static TestRegistry start(TestDroplet droplet) {
        TestRegistry registry = new TestRegistry(droplet);
        registry.must(SET_UP);
        registry.on();
        return registry;
    }

    /** The one that asks for a login is there. */
    void on() {
        must("systemd-run --quiet --collect --unit test-registry docker-registry serve /srv/registry/private.yml;"
                + " for i in $(seq 100); do curl -s http://" + PRIVATE
                + "/v2/ >/dev/null && exit 0; sleep 0.1; done; exit 1");
    }

    /** It is gone. */
    void off() {
        must("systemctl stop test-registry");
    }

    /** From now on ada's password is this one, and no other. */
    void password(String password) {
        must("printf 'ada:%s\\n' \"$(perl -e 'print crypt(\"" + password + "\", q{$2y$05$abcdefghijklmnopqrstuu})')\""
                + " >/srv/registry/htpasswd");
        off();
        on();
    }

    /**
     * Puts an image in: a server that answers with {@code text}.
     *
     * @param name repository and tag
     * @param more further lines of its Dockerfile
     */
    void put(String name, String text, String... more) {
        must("""
                set -e
                cd /srv/registry/image
                cat >app.pl <<'END'
                %s
                END
                printf 'FROM pocketpaas/stack:24\\nCOPY app.pl /srv/app.pl\\nEXPOSE 8080\\nENTRYPOINT []\\nCMD ["perl", "/srv/app.pl"]\\n%s' >Dockerfile
                docker build -q -t 127.0.0.1:5002/%s . >/dev/null
                docker push -q 127.0.0.1:5002/%s
                docker image rm 127.0.0.1:5002/%s >/dev/null
                """.formatted(
                TestApp.SERVER.replace("MESSAGE", "'" + text + "'"),
                String.join(
                        "",
                        java.util.Arrays.stream(more).map(line -> line + "\\n").toList()),
                name,
                name,
                name));
    }

    /** An image for another machine: a manifest that says so, as nobody here can build one. */
    void putForArm(String repository) {
        must("""
                set -e
                cd /srv/registry
                blob() {
                    local at digest=sha256:$(sha256sum <"$1" | cut -d' ' -f1)
                    at=$(curl -sD - -o /dev/null -X POST http://127.0.0.1:5002/v2/%1$s/blobs/uploads/ | tr -d '\\r' | sed -n 's/^[Ll]ocation: //p')
                    curl -sf -X PUT -H 'Content-Type: application/octet-stream' --data-binary @"$1" "$at&digest=$digest"
                    printf '{"mediaType": "%%s", "digest": "%%s", "size": %%s}' "$2" "$digest" "$(stat -c %%s "$1")"
                }
                echo '{"architecture": "arm64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": []}, "history": []}' >config
                printf '{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": %%s, "layers": []}' \
                    "$(blob config application/vnd.docker.container.image.v1+json)" >manifest
                curl -sf -X PUT -H 'Content-Type: application/vnd.docker.distribution.manifest.v2+json' --data-binary @manifest \
                    http://127.0.0.1:5002/v2/%1$s/manifests/1
                """.formatted(repository));
    }

    /** The names of the images that the host has, without those that it came with. */
    String images() {
        return must(
                "docker images --digests --format '{{.Repository}}:{{.Tag}}@{{.Digest}}' | grep -v '^pocketpaas/' | sort");
    }

    private String must(String script) {
        Seen seen = droplet.inside(script);
        assertThat(seen.exit()).as(seen.toString()).isLessThanOrEqualTo(script.contains("grep -v") ? 1 : 0);
        return seen.out();
    }

    @Override
    public void close() {
        must("systemctl stop test-registry test-registry-in test-registry-tls test-registry-odd; rm -rf /srv/registry");
    }
}
