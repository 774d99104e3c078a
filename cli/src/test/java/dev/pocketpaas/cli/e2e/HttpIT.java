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
        String workers =
                droplet.inside("pgrep -fx 'nginx: worker process' | sort").out();

        app.must("maintenance", "on");
        assertThat(app.get("/").status()).isEqualTo(503);
        assertThat(app.get("/").body()).contains("down for maintenance");
        assertThat(app.must("maintenance").out()).contains("is on");
        assertThat(app.must("maintenance", "on").out()).contains("Nothing to do");
        app.must("restart");
        assertThat(app.get("/").status()).isEqualTo(503);
        app.must("maintenance", "off");
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(droplet.inside("pgrep -fx 'nginx: worker process' | sort").out())
                .isEqualTo(workers);
        app.destroy();
    }

    @Test
    void onlyWhoKnowsAPasswordComesIn(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "guarded");
        app.must("deploy");
        String name = "guarded.localhost";
        String workers =
                droplet.inside("pgrep -fx 'nginx: worker process' | sort").out();

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
        assertThat(droplet.inside("pgrep -fx 'nginx: worker process' | sort").out())
                .isEqualTo(workers);
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

    @Test
    void anAdminsOwnLinesAreTriedBeforeTheyAreUsed(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "lines");
        app.must("deploy");
        // Whatever a tree holds, nginx does not see it.
        app.write("nginx.conf", "location = /robots.txt { return 200 pushed; }\n");
        app.commit("a file");
        app.must("deploy");
        assertThat(app.get("/robots.txt").body()).isEqualTo("one");

        app.write(
                "own.conf",
                "location = /robots.txt { return 200 \"none } of you\\n\"; }\nadd_header X-Own yes always;\n");
        assertThat(app.must("nginx", "set", "own.conf").all()).contains("lines uses your nginx configuration");
        assertThat(app.get("/robots.txt").body()).isEqualTo("none } of you\n");
        assertThat(curl(app, droplet, "lines.localhost", "/", "-i").out()).contains("X-Own: yes", "one");
        assertThat(app.must("nginx", "set", "own.conf").all()).contains("Nothing to do");
        assertThat(app.must("nginx").out()).contains("location = /robots.txt");
        assertThat(app.must("nginx", "--json").out()).contains("\"in_use\" : true");
        assertThat(app.ship("two").all()).contains("nginx snippet kept");
        assertThat(app.get("/robots.txt").body()).isEqualTo("none } of you\n");

        refused(app, 2, "}\nserver { listen 80; }\n", "bad.conf, line 1", "would end the server");
        refused(
                app,
                5,
                "add_header X-Other no;\n\nno_such_directive on;\n",
                "line 3 of the snippet",
                "no_such_directive");
        refused(app, 5, "location / { return 204; }\n", "line 1 of the snippet", "duplicate location");
        refused(app, 5, "add_header X-Other $nothing_of_this_name;\n", "nothing_of_this_name");
        refused(app, 5, "include /etc/nginx/absent.conf;\n", "line 1 of the snippet", "No such file");
        assertThat(curl(app, droplet, "lines.localhost", "/robots.txt", "-i").out())
                .contains("X-Own: yes", "none } of you");
        // Past the laptop's own look nginx lets no brace end what began outside.
        Seen raw = app.laptop()
                .run(
                        app.directory(),
                        "bash",
                        "-c",
                        "printf 'snippet\\0}\\nserver { listen 81;\\0.\\0end\\0' | " + droplet.gitSsh() + " -p "
                                + droplet.sshPort() + " pocketpaas@127.0.0.1 pocketpaas/1 nginx lines set");
        assertThat(raw.exit()).as(raw.toString()).isEqualTo(5);
        assertThat(raw.out()).contains("line 1 of the snippet: unexpected \"}\"");

        app.must("nginx", "unset");
        assertThat(app.get("/robots.txt").body()).isEqualTo("two");
        assertThat(app.must("nginx").all()).contains("no custom nginx configuration");
        app.destroy();
        assertThat(droplet.inside("ls /etc/nginx/pocketpaas/snippets | grep lines")
                        .out())
                .isEmpty();
    }

    @Test
    void linesThatNginxNoLongerTakesStopNobody(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "aging");
        app.must("deploy");
        TestApp other = TestApp.create(droplet, "bystander");
        other.must("deploy");
        droplet.inside("echo 'add_header X-Own yes;' > /etc/nginx/aging-test.conf");
        app.write("own.conf", "include /etc/nginx/aging-test.conf;\n");
        app.must("nginx", "set", "own.conf");
        assertThat(curl(app, droplet, "aging.localhost", "/", "-i").out()).contains("X-Own: yes");

        // Another app's change.
        droplet.inside("rm /etc/nginx/aging-test.conf");
        Seen change = other.must("domains", "add", "bystander-two.localhost");
        assertThat(change.all())
                .contains("nginx does not take the snippet of aging any more", "No such file", "--app aging");
        assertThat(droplet.fetch("bystander-two.localhost", "/").body()).isEqualTo("one");
        assertThat(app.get("/").body()).isEqualTo("one");
        assertThat(app.must("nginx").all())
                .contains("not in use", "No such file", "include /etc/nginx/aging-test.conf");
        // The app's own deploy; and mended, it is there again with whatever comes next.
        assertThat(app.ship("two").all()).contains("nginx does not take the snippet of aging any more");
        droplet.inside("echo 'add_header X-Own yes;' > /etc/nginx/aging-test.conf");
        app.must("restart");
        assertThat(curl(app, droplet, "aging.localhost", "/", "-i").out()).contains("X-Own: yes", "two");

        // A start of nginx, with the snippet bad and a site that nobody can read.
        droplet.inside(
                "rm /etc/nginx/aging-test.conf; echo 'no_such_directive;' > /etc/nginx/pocketpaas/zz-broken.conf");
        Seen restart = droplet.inside("systemctl restart nginx && systemctl is-active nginx");
        assertThat(restart.exit()).as(restart.toString()).isZero();
        assertThat(droplet.fetch("bystander-two.localhost", "/").body()).isEqualTo("one");
        assertThat(app.get("/").body()).isEqualTo("two");
        assertThat(droplet.inside("ls /etc/nginx/pocketpaas").out()).doesNotContain("zz-broken");
        assertThat(app.must("nginx").all()).contains("not in use");

        app.must("nginx", "unset");
        assertThat(app.must("nginx").all())
                .contains("no custom nginx configuration")
                .doesNotContain("not in use");
        app.destroy();
        other.destroy();
    }

    @Test
    void aNewNameOfTheManifestIsTriedAndNothingFailsByIt(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "looked-at", "domains: [looked-at.invalid]");
        String warning = "looked-at.invalid does not lead here yet: looked-at.invalid does not resolve";

        Seen first = app.must("deploy");
        assertThat(first.all()).contains(warning, "make a DNS record").containsOnlyOnce("does not lead here");
        assertThat(app.ship("two").all()).doesNotContain("does not lead here");
        // By git alone, too. (A changed manifest needs the program once.)
        app.manifest("domains: [looked-at.invalid, also-looked-at.invalid]");
        app.commit("another name");
        assertThat(app.must("deploy").all())
                .contains("also-looked-at.invalid does not lead here yet")
                .doesNotContain(warning);
        app.destroy();
    }

    @Test
    void maintenanceKeepsToHttpsAndTheAppKnowsThePort(TestDroplet droplet) {
        TestAuthority authority = new TestAuthority(droplet.laptop(), "authority-front");
        authority.leaf("kept", 90, "kept.example.com");
        TestApp app = TestApp.create(droplet, "kept", "domains: [kept.example.com]", "ssl: { hsts: 2 }");
        app.write("app.pl", PORTS);
        app.commit("an app that says what it was told");
        app.must("deploy");
        assertThat(droplet.fetch("kept.example.com", "/").body()).isEqualTo("port " + droplet.httpPort());

        app.must("ssl", "add", "--cert", authority.path("kept.pem"), "--key", authority.path("kept.key"));
        assertThat(secure(app, droplet, "kept.example.com").out()).contains("port " + droplet.httpsPort());
        app.must("maintenance", "on");
        assertThat(secure(app, droplet, "kept.example.com").out())
                .contains("503", "retry-after: 120", "strict-transport-security: max-age=172800");

        // The same over IPv6, as on any host that has it.
        assertThat(droplet.inside("sysctl -q -w net.ipv6.conf.lo.disable_ipv6=0")
                        .exit())
                .isZero();
        app.must("maintenance", "off");
        assertThat(droplet.inside(
                                "curl -sS --max-time 20 -k --resolve 'kept.example.com:443:[::1]' https://kept.example.com/")
                        .out())
                .isEqualTo("port " + droplet.httpsPort());
        assertThat(droplet.inside(
                                "curl -sS --max-time 20 -g -o /dev/null -w '%{http_code}' -H 'Host: kept.example.com' 'http://[::1]/'")
                        .out())
                .isEqualTo("308");
        app.destroy();
    }

    /** Says which port it was told. */
    private static final String PORTS = """
            use strict; use warnings; use IO::Socket::INET;
            $| = 1;
            my $server = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $ENV{PORT}, Listen => 50, ReuseAddr => 1) or die "no socket: $!";
            while (my $client = $server->accept) {
                my $port = 'none';
                while (defined(my $header = <$client>)) { $port = $1 if $header =~ /^X-Forwarded-Port: *(\\d+)/i; last if $header =~ /^\\r?\\n$/ }
                my $body = "port $port";
                print $client "HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n$body";
                close $client;
            }
            """;

    private static Seen secure(TestApp app, TestDroplet droplet, String name) {
        return app.laptop()
                .run(
                        app.directory(),
                        "curl",
                        "-sS",
                        "-i",
                        "-k",
                        "--max-time",
                        "60",
                        "--noproxy",
                        "*",
                        "--resolve",
                        name + ":" + droplet.httpsPort() + ":127.0.0.1",
                        "https://" + name + ":" + droplet.httpsPort() + "/");
    }

    private static void refused(TestApp app, int exit, String lines, String... messages) {
        app.write("bad.conf", lines);
        Seen seen = app.pocketpaas("nginx", "set", "bad.conf");
        assertThat(seen.exit()).as(seen.toString()).isEqualTo(exit);
        assertThat(seen.err()).contains(messages);
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
