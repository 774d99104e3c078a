package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three months later: what the host has noticed is said with the next command and push, and sent to one place. */
@ExtendWith(TestDroplet.Shared.class)
class NoticesIT {
    private static final String TIMER = "systemctl start pocketpaas-notices.service";
    private static final String NOTICES = "ls /var/lib/pocketpaas/notices";

    /** Writes down the body of each request, a line each. */
    private static final String RECEIVER = """
            use strict; use warnings; use IO::Socket::INET;
            my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 9099, Listen => 16, ReuseAddr => 1) or die;
            while (my $client = $server->accept) {
                my $length = 0;
                while (my $line = <$client>) { $length = $1 if $line =~ /^content-length:\\s*(\\d+)/i; last if $line =~ /^\\r?\\n?$/ }
                read $client, my $body, $length;
                open my $file, '>>', '/root/hook.log' or die; print $file "$body\\n"; close $file;
                print $client "HTTP/1.1 204 No Content\\r\\nConnection: close\\r\\n\\r\\n";
                close $client;
            }
            """;

    @Test
    void whatSomebodyHasToKnowIsSaidAndSent(TestDroplet droplet) throws Exception {
        TestAuthority authority = new TestAuthority(droplet.laptop(), "authority-notices");
        authority.leaf("soon", 10, "noticed.example.com");
        authority.leaf("later", 200, "noticed.example.com");
        TestApp app = TestApp.create(
                droplet,
                "noticed",
                "domains: [noticed.example.com]",
                "volumes: { data: /data }",
                "processes: { worker: { scale: 1 } }");
        app.write("Procfile", "web: perl app.pl\nworker: perl worker.pl\n");
        app.write("worker.pl", "select undef, undef, undef, 0.1 until -e '/data/file'; exit 3;\n");
        app.commit("a worker");
        app.must("deploy");
        app.must("ssl", "add", "--cert", authority.path("soon.pem"), "--key", authority.path("soon.key"));
        try {
            said(droplet, app);
            sent(droplet, app);
            over(droplet, app, authority);
        } finally {
            // The receiver is not there where the test failed before it was started.
            inside(
                    droplet,
                    "rm -f /run/reboot-required* /var/lib/pocketpaas/host/disk-warning /root/hook.log /root/mail; systemctl stop hook-test || true");
            notify(droplet, "none");
            app.destroy();
        }
    }

    private static void said(TestDroplet droplet, TestApp app) throws Exception {
        String crashes = "noticed v1 crashes again and again: worker.1";
        app.must("run", "--", "touch", "/data/file");
        inside(
                droplet,
                "printf 1 >/var/lib/pocketpaas/host/disk-warning; echo linux-image-tea >/run/reboot-required.pkgs; : >/run/reboot-required");
        Polling.eventually(() -> {
            inside(droplet, TIMER);
            assertThat(app.must("scale").err()).contains(crashes);
        });

        Seen scale = app.must("scale");
        assertThat(scale.err())
                .contains(
                        "warning: the certificate of noticed.example.com (noticed) expires in 9 days; bring a new one: pocketpaas ssl add",
                        "warning: the host's disk is ",
                        "warning: the host asks to be restarted, for linux-image-tea; ");
        assertThat(scale.out()).doesNotContain("expires", "restarted");
        Seen json = app.must("scale", "--json");
        assertThat(json.out()).doesNotContain("expires");
        assertThat(json.err()).contains("expires in 9 days");
        assertThat(app.must("logs").err()).as("a stream").isEmpty();

        // A key for one app is told of that app alone.
        Seen generated = app.must("keys", "add", "noticed-ci", "--app", "noticed", "--generate");
        Path key = app.laptop().home().resolve("noticed-key");
        Files.writeString(key, generated.out().substring(generated.out().indexOf("-----BEGIN")));
        app.laptop().must(app.laptop().home(), "chmod", "600", key.toString());
        Laptop ci = droplet.stranger("noticed-ci")
                .with("POCKETPAAS_SSH_KEY", key.toString())
                .with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());
        Seen limited = ci.pocketpaas(app.directory(), "releases", "--accept-new-host-key");
        assertThat(limited.exit()).as(limited.toString()).isZero();
        assertThat(limited.err()).contains("expires in 9 days").doesNotContain("restarted", "disk");
        app.must("keys", "remove", "noticed-ci");

        // A push ends the crash loop; the rest comes after its result.
        app.write("worker.pl", "sleep 1000;\n");
        app.commit("mended");
        Seen pushed = app.laptop()
                .with("GIT_SSH_COMMAND", droplet.gitSsh())
                .run(
                        app.directory(),
                        "git",
                        "push",
                        "ssh://pocketpaas@127.0.0.1:" + droplet.sshPort() + "/noticed",
                        "main");
        assertThat(pushed.exit()).as(pushed.toString()).isZero();
        assertThat(pushed.err())
                .containsPattern(
                        "(?s)Released v2.* !     the certificate of noticed.example.com .noticed. expires in 9 days")
                .doesNotContain(crashes);
    }

    private static void sent(TestDroplet droplet, TestApp app) {
        // The one of a run before stops, on a droplet that is kept; mostly there is none.
        String receiver = Base64.getEncoder().encodeToString(RECEIVER.getBytes(StandardCharsets.US_ASCII));
        inside(
                droplet,
                "echo " + receiver
                        + " | base64 -d >/root/receiver.pl; rm -f /root/hook.log; systemctl stop hook-test 2>/dev/null || true;"
                        + " systemd-run --quiet --collect --unit hook-test perl /root/receiver.pl;"
                        + " for i in $(seq 100); do : 2>/dev/null </dev/tcp/127.0.0.1/9099 && exit 0; sleep 0.1; done; exit 1");
        String url = "http://127.0.0.1:9099/hook-secret";
        Seen plan = droplet.laptop()
                .pocketpaas(droplet.laptop().home(), "init", "host", droplet.name(), "--notify", url, "--plan");
        assertThat(plan.exit()).as(plan.toString()).isZero();
        assertThat(plan.all()).contains("send a test message to 127.0.0.1:9099").doesNotContain("hook-secret");
        Seen told = notify(droplet, url, "--disk-warning", "1");
        assertThat(told.all())
                .contains("a test message was sent to 127.0.0.1:9099")
                .doesNotContain("hook-secret");
        assertThat(inside(droplet, "cat /root/hook.log")).contains("\"kind\":\"test\"");
        assertThat(inside(droplet, "stat -c %a /var/lib/pocketpaas/host/notify").strip())
                .isEqualTo("600");
        Seen settings =
                droplet.laptop().pocketpaas(droplet.laptop().home(), "hosts", "settings", "--host", droplet.name());
        assertThat(settings.out())
                .containsPattern("disk-warning +1 % +set\n")
                .containsPattern("disk-needed +1G +default\n")
                .containsPattern("notify +set +set\n")
                .doesNotContain("hook-secret");

        assertThat(droplet.laptop()
                        .pocketpaas(droplet.laptop().home(), "init", "host", droplet.name(), "--plan")
                        .out())
                .as("what is set is known, without being seen")
                .contains("Nothing to do");
        inside(droplet, TIMER);
        inside(droplet, TIMER);
        assertThat(inside(droplet, "cat /root/hook.log"))
                .containsOnlyOnce("\"text\":\"" + droplet.name()
                        + ": the certificate of noticed.example.com (noticed) expires in 9 days; ")
                .containsOnlyOnce("\"kind\":\"certificate\",\"app\":\"noticed\"")
                .containsOnlyOnce("\"kind\":\"reboot\"")
                .contains("\"kind\":\"disk\"");
        assertThat(inside(droplet, "journalctl --no-pager -u pocketpaas-notices; cat /var/log/pocketpaas/events.jsonl"))
                .contains("pocketpaas-notices.service")
                .doesNotContain("hook-secret");
        assertThat(inside(droplet, "grep -rl hook-secret /var/lib/pocketpaas /var/log/pocketpaas"))
                .as("where the address is, and nowhere else")
                .isEqualTo("/var/lib/pocketpaas/host/notify\n");

        // Nobody answers there any more: the next command says so.
        inside(droplet, "systemctl stop hook-test; rm /var/lib/pocketpaas/notices/reboot*/sent; " + TIMER);
        assertThat(app.must("scale").err())
                .contains("the last notification could not be sent to 127.0.0.1:9099: nothing answers there")
                .doesNotContain("hook-secret");
        Seen failing = notify(droplet, url);
        assertThat(failing.all()).contains("the test message could not be sent to 127.0.0.1:9099");

        notify(droplet, "cat >>/root/mail");
        inside(droplet, TIMER);
        assertThat(inside(droplet, "cat /root/mail"))
                .contains(droplet.name() + ": this is a test", droplet.name() + ": the host asks to be restarted");
        assertThat(app.must("scale").err()).doesNotContain("could not be sent");
    }

    private static void over(TestDroplet droplet, TestApp app, TestAuthority authority) {
        Seen renewed =
                app.must("ssl", "add", "--cert", authority.path("later.pem"), "--key", authority.path("later.key"));
        assertThat(renewed.err()).doesNotContain("expires in 9 days");
        inside(droplet, "rm /run/reboot-required*; printf 100 >/var/lib/pocketpaas/host/disk-warning");
        assertThat(app.must("scale").err()).doesNotContain("restarted");
        inside(droplet, TIMER);
        assertThat(app.must("scale").err()).isEmpty();
        assertThat(inside(droplet, NOTICES)).isEmpty();
        assertThat(inside(
                        droplet,
                        "systemctl is-enabled pocketpaas-notices.timer; systemctl is-active pocketpaas-notices.timer"))
                .isEqualTo("enabled\nactive\n");
    }

    private static Seen notify(TestDroplet droplet, String target, String... more) {
        Seen seen = droplet.laptop()
                .pocketpaas(
                        droplet.laptop().home(),
                        Stream.concat(Stream.of("init", "host", droplet.name(), "--notify", target), Stream.of(more))
                                .toArray(String[]::new));
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen;
    }

    private static String inside(TestDroplet droplet, String script) {
        Seen seen = droplet.inside(script);
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen.out();
    }
}
