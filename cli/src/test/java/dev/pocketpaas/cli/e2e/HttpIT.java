package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What stands in front of an app, by the real nginx: sizes, redirects, who may come, maintenance, names that lead elsewhere. */
@ExtendWith(TestDroplet.Shared.class)
class HttpIT {
    @Test
    void theSettingsOfTheManifestAreNginxs(TestDroplet droplet) {
        TestApp app = TestApp.create(
                droplet,
                "front",
                "domains: [front.example.com]",
                "http:",
                "  max-body: 2000",
                "  redirects: { www.front.example.com: front.example.com }",
                "  allow: [203.0.113.0/24]",
                "  trusted-proxies: [0.0.0.0/0, '::/0']");
        app.write("body", "b".repeat(3000));
        app.must("deploy");

        // Whoever connects is trusted here to say where a request came from.
        String friend = "X-Forwarded-For: 203.0.113.7";
        assertThat(status(app, droplet, "front.example.com", "/", "-H", friend)).isEqualTo("200");
        assertThat(status(app, droplet, "front.example.com", "/", "-H", "X-Forwarded-For: 198.51.100.7"))
                .isEqualTo("403");
        assertThat(status(app, droplet, "front.example.com", "/")).isEqualTo("403");
        assertThat(status(app, droplet, "front.example.com", "/", "-H", friend, "--data-binary", "@body"))
                .isEqualTo("413");
        Seen redirect = curl(app, droplet, "www.front.example.com", "/a?b=c", "-i");
        assertThat(redirect.out())
                .contains("308")
                .contains("http://front.example.com:" + droplet.httpPort() + "/a?b=c");

        Seen log = app.must("logs", "--access", "-n", "50");
        assertThat(log.out()).contains("203.0.113.7").contains("\"GET / HTTP/1.1\" 403");

        // Another app cannot have the name that only sends on.
        TestApp other = TestApp.create(droplet, "front-two", "domains: [www.front.example.com]");
        Seen taken = other.pocketpaas("deploy");
        assertThat(taken.exit()).as(taken.toString()).isEqualTo(4);
        assertThat(taken.err()).contains("www.front.example.com belongs to the app front");
        other.must("destroy", "--confirm", "front-two");
        app.destroy();
    }

    @Test
    void maintenanceIsOnAndOffAtOnceWithNoReload(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "works");
        app.must("deploy");
        String workers = droplet.inside("pgrep -f '[n]ginx: worker' | sort").out();

        app.must("maintenance", "on");
        assertThat(app.get("/").status()).isEqualTo(503);
        assertThat(app.get("/").body()).contains("down for maintenance");
        assertThat(app.must("maintenance").out()).contains("is on");
        assertThat(app.must("maintenance", "on").out()).contains("nothing to do");
        app.must("restart");
        assertThat(app.get("/").status()).isEqualTo(503);
        app.must("maintenance", "off");
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(droplet.inside("pgrep -f '[n]ginx: worker' | sort").out()).isEqualTo(workers);
        app.destroy();
    }

    @Test
    void onlyWhoKnowsAPasswordComesIn(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "guarded");
        app.must("deploy");
        String name = "guarded.localhost";
        String workers = droplet.inside("pgrep -f '[n]ginx: worker' | sort").out();

        Seen added = app.laptop()
                .pocketpaas(
                        app.directory(),
                        "s3cret-b41\n".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        "auth",
                        "add",
                        "ada");
        assertThat(added.exit()).as(added.toString()).isZero();
        assertThat(app.must("auth").out()).contains("ada");
        assertThat(status(app, droplet, name, "/")).isEqualTo("401");
        assertThat(status(app, droplet, name, "/", "-u", "ada:wrong")).isEqualTo("401");
        assertThat(status(app, droplet, name, "/", "-u", "ada:s3cret-b41")).isEqualTo("200");
        assertThat(droplet.inside(
                                "grep -r s3cret-b41 /var/lib/pocketpaas /var/log 2>/dev/null; runuser -u pocketpaas -- cat"
                                        + " /var/lib/pocketpaas/apps/guarded/visitors 2>/dev/null; true")
                        .out())
                .isEmpty();
        assertThat(app.must("auth", "remove", "ada").all()).contains("everybody");
        assertThat(status(app, droplet, name, "/")).isEqualTo("200");
        assertThat(droplet.inside("pgrep -f '[n]ginx: worker' | sort").out()).isEqualTo(workers);
        app.destroy();
    }

    @Test
    void anAddedNameIsTriedAndWhatIsWrongIsSaid(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "names-lead");
        app.must("deploy");
        // As DNS would have it, inside the droplet.
        droplet.inside("printf '127.0.0.1 leads.example.com\n127.0.0.9 closed.example.com\n' >> /etc/hosts");

        Seen leads = app.must("domains", "add", "leads.example.com");
        assertThat(leads.all()).doesNotContain("does not lead here");
        Seen nowhere = app.must("domains", "add", "nowhere.invalid");
        assertThat(nowhere.all())
                .contains("nowhere.invalid does not lead here yet")
                .contains("make a DNS record");
        assertThat(droplet.fetch("nowhere.invalid", "/").body()).isEqualTo("one");
        assertThat(droplet.inside("ls /var/lib/pocketpaas/tokens/.well-known/pocketpaas | wc -l")
                        .out()
                        .strip())
                .isEqualTo("0");
        app.destroy();
        droplet.inside("sed '/example.com/d' /etc/hosts > /tmp/hosts && cat /tmp/hosts > /etc/hosts");
    }

    private static String status(TestApp app, TestDroplet droplet, String name, String path, String... options) {
        List<String> all = new ArrayList<>(List.of("-o", "/dev/null", "-w", "%{http_code}"));
        all.addAll(List.of(options));
        return curl(app, droplet, name, path, all.toArray(String[]::new)).out();
    }

    private static Seen curl(TestApp app, TestDroplet droplet, String name, String path, String... options) {
        List<String> command = new ArrayList<>(List.of("curl", "-s", "--max-time", "60", "-H", "Host: " + name));
        command.addAll(List.of(options));
        command.add("http://127.0.0.1:" + droplet.httpPort() + path);
        return app.laptop().run(app.directory(), command.toArray(String[]::new));
    }
}
