package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Certificates by themselves, from a real ACME authority (pebble) that runs beside the host's own programs, by the real client. */
@ExtendWith(TestDroplet.Shared.class)
class AcmeIT {
    private static final String TIMER = "systemctl start pocketpaas-certificates.service";

    /** The authority, and the DNS that it and the host ask: a name is there once {@link #dns} has said so. */
    @BeforeAll
    static void startAnAuthority(TestDroplet droplet) throws Exception {
        Laptop laptop = droplet.laptop();
        inside(droplet, """
                set -e
                [ ! -e /root/pebble/resolv.conf ] || cat /root/pebble/resolv.conf >/etc/resolv.conf
                [ -x /usr/bin/pebble ] || { apt-get -q update && apt-get -q install --yes --no-install-recommends pebble; } >/dev/null 2>&1
                mkdir -p /root/pebble && cd /root/pebble
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -days 30 \
                    -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null
                cat >config.json <<END
                {"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
                  "certificate": "/root/pebble/cert.pem", "privateKey": "/root/pebble/key.pem", "httpPort": 80, "tlsPort": 443,
                  "ocspResponderURL": "", "externalAccountBindingRequired": false, "domainBlocklist": ["refused.tea-shop.net"]}}
                END
                # Of a run before, on a droplet that is kept; mostly there are none.
                systemctl stop pebble-test pebble-dns 2>/dev/null || true
                systemd-run --quiet --collect --unit pebble-dns pebble-challtestsrv -dns01 127.0.0.1:53 -management 127.0.0.1:8055 \
                    -defaultIPv4 "" -defaultIPv6 "" -http01 "" -https01 "" -tlsalpn01 ""
                systemd-run --quiet --collect --unit pebble-test --setenv PEBBLE_VA_NOSLEEP=1 --setenv PEBBLE_WFE_NONCEREJECT=0 \
                    pebble -config /root/pebble/config.json -dnsserver 127.0.0.1:53
                for i in $(seq 100); do curl -sf --cacert cert.pem https://localhost:14000/dir >/dev/null && exit 0; sleep 0.2; done
                exit 1
                """);
        Path authorities = laptop.home().resolve("authorities.pem");
        Files.writeString(
                authorities,
                inside(
                        droplet,
                        "cat /var/lib/pocketpaas/host/ca-certificates.pem 2>/dev/null; cat /root/pebble/cert.pem"));
        Seen init = laptop.pocketpaas(
                laptop.home(),
                "init",
                "host",
                droplet.name(),
                "--acme-directory",
                "https://localhost:14000/dir",
                "--acme-email",
                "ada@tea-shop.net",
                "--ca-certificates",
                authorities.toString());
        assertThat(init.exit()).as(init.toString()).isZero();
        // Only now, as installing the client needs the real DNS. A kept droplet remembers an authority that is gone.
        inside(droplet, """
                set -e
                [ -e /root/pebble/resolv.conf ] || cp /etc/resolv.conf /root/pebble/resolv.conf
                echo nameserver 127.0.0.1 >/etc/resolv.conf
                rm -rf /var/lib/pocketpaas/acme-client
                """);
    }

    @AfterAll
    static void stopIt(TestDroplet droplet) {
        inside(droplet, "cat /root/pebble/resolv.conf >/etc/resolv.conf; systemctl stop pebble-test pebble-dns");
        assertThat(droplet.laptop()
                        .pocketpaas(droplet.laptop().home(), "sandbox", "up", "--name", droplet.name())
                        .exit())
                .isZero();
    }

    @Test
    void aPublicDomainIsServedByHttpsByItselfAndGoesOnToBe(TestDroplet droplet) {
        dns(droplet, "auto.tea-shop.net");
        TestApp app = TestApp.create(droplet, "auto", "domains: [auto.tea-shop.net]");
        inside(droplet, "rm -rf /var/lib/pocketpaas/acme-client");

        Seen deployed = app.must("deploy");
        assertThat(deployed.all())
                .contains("https://auto.tea-shop.net:" + droplet.httpsPort(), "By using them you accept its terms");
        String first = certificate(droplet, "auto.tea-shop.net");
        assertThat(first).contains("Pebble Intermediate", "DNS:auto.tea-shop.net");
        assertThat(redirect(droplet, "auto.tea-shop.net"))
                .contains("308", "https://auto.tea-shop.net:" + droplet.httpsPort() + "/a?b=c");
        assertThat(app.must("ssl", "--json").out()).contains("\"source\" : \"automatic\"", "\"https\" : \"yes\"");

        // Neither a deploy nor the timer asks again while there is time.
        assertThat(app.ship("two").all()).doesNotContain("accept its terms", "Requesting a certificate");
        String workers = workers(droplet);
        inside(droplet, TIMER);
        assertThat(certificate(droplet, "auto.tea-shop.net")).isEqualTo(first);
        assertThat(workers(droplet)).as("no reload").isEqualTo(workers);

        // Three months later, while nobody can see the app.
        app.must("maintenance", "on");
        app.must("scale", "web=0");
        app.must("stop");
        inside(
                droplet,
                "cd /var/lib/pocketpaas/apps/auto/certificates/auto.tea-shop.net/current/info && echo -n 0 >not-before; echo -n $(($(date +%s) + 86400)) >not-after");
        inside(droplet, TIMER);
        String second = certificate(droplet, "auto.tea-shop.net");
        assertThat(second).contains("Pebble Intermediate").isNotEqualTo(first);
        app.must("start");
        app.must("scale", "web=1");
        app.must("maintenance", "off");

        // Back to HTTP, for as long as somebody wants it so.
        app.must("ssl", "remove", "auto.tea-shop.net");
        inside(droplet, TIMER);
        assertThat(redirect(droplet, "auto.tea-shop.net")).contains("200").doesNotContain("308");
        assertThat(app.must("ssl", "add", "auto.tea-shop.net").all()).contains("https://auto.tea-shop.net:");
        assertThat(certificate(droplet, "auto.tea-shop.net")).contains("Pebble Intermediate");
        app.destroy();
    }

    @Test
    void whatCannotBeHadYetWarnsAndComesLater(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "patient");
        app.must("deploy");

        Seen added = app.must("domains", "add", "late.tea-shop.net", "refused.tea-shop.net");
        assertThat(added.all())
                .contains("late.tea-shop.net does not lead here yet", "http://late.tea-shop.net:")
                .as("said once")
                .doesNotContain("no certificate for");
        assertThat(redirect(droplet, "late.tea-shop.net")).contains("200");
        assertThat(app.must("ssl", "--json").out()).contains("the name does not resolve", "\"next_try\" : \"20");

        // The authority refuses one, which spoils nothing for the other.
        dns(droplet, "late.tea-shop.net");
        dns(droplet, "refused.tea-shop.net");
        inside(droplet, TIMER);
        assertThat(app.must("ssl", "--json").out()).as("its pause is not over").contains("the name does not resolve");
        inside(droplet, "rm /var/lib/pocketpaas/apps/patient/automatic/*/next; " + TIMER);
        assertThat(certificate(droplet, "late.tea-shop.net")).contains("DNS:late.tea-shop.net");
        assertThat(redirect(droplet, "refused.tea-shop.net")).contains("200");
        String tries = "cat /var/lib/pocketpaas/apps/patient/automatic/refused.tea-shop.net/tries";
        assertThat(inside(droplet, tries)).isEqualTo("1");
        inside(droplet, TIMER);
        assertThat(inside(droplet, tries)).as("not asked again before its time").isEqualTo("1");
        Seen now = app.pocketpaas("ssl", "add", "refused.tea-shop.net");
        assertThat(now.exit()).as(now.toString()).isEqualTo(5);
        assertThat(now.err()).contains("no certificate for refused.tea-shop.net yet");
        assertThat(inside(droplet, tries)).isEqualTo("2");
        assertThat(app.ship("two").all()).contains("https://late.tea-shop.net:", "http://refused.tea-shop.net:");
        app.destroy();
    }

    @Test
    void nobodyNoticesARenewal(TestDroplet droplet) {
        dns(droplet, "renewed.tea-shop.net");
        TestApp app = TestApp.create(droplet, "renewed", "domains: [renewed.tea-shop.net]");
        app.must("deploy");
        String before = certificate(droplet, "renewed.tea-shop.net");
        assertThat(before).contains("Pebble Intermediate");

        Load load = Load.newConnections(droplet.httpsPort(), true, "renewed.tea-shop.net", "one");
        try (load) {
            load.await(20);
            inside(
                    droplet,
                    "cd /var/lib/pocketpaas/apps/renewed/certificates/renewed.tea-shop.net/current/info && echo -n 0 >not-before; echo -n $(($(date +%s) + 86400)) >not-after");
            inside(droplet, TIMER);
            load.await(20);
        }
        assertThat(certificate(droplet, "renewed.tea-shop.net"))
                .contains("Pebble Intermediate")
                .isNotEqualTo(before);
        assertThat(load.report().anomalies()).as(load.report().toString()).isEmpty();
        app.destroy();
    }

    @Test
    void offIsOffAndOnesOwnGoesBefore(TestDroplet droplet) {
        TestAuthority authority = new TestAuthority(droplet.laptop(), "authority-mixed");
        authority.leaf("own", 90, "own.tea-shop.net");
        dns(droplet, "mixed.tea-shop.net");
        dns(droplet, "own.tea-shop.net");
        TestApp app = TestApp.create(droplet, "mixed", "ssl: off", "domains: [mixed.tea-shop.net, own.tea-shop.net]");
        assertThat(app.must("deploy").all())
                .contains("http://mixed.tea-shop.net:")
                .doesNotContain("https://");
        app.must("ssl", "add", "--cert", authority.path("own.pem"), "--key", authority.path("own.key"));
        inside(droplet, TIMER);
        assertThat(redirect(droplet, "mixed.tea-shop.net")).contains("200");

        app.manifest("domains: [mixed.tea-shop.net, own.tea-shop.net]");
        app.commit("on");
        assertThat(app.must("deploy").all()).contains("https://mixed.tea-shop.net:");
        assertThat(certificate(droplet, "mixed.tea-shop.net")).contains("Pebble Intermediate");
        assertThat(certificate(droplet, "own.tea-shop.net")).contains(authority.serial("own"));
        Seen reserved = app.pocketpaas("ssl", "add", "mixed.localhost");
        assertThat(reserved.exit()).as(reserved.toString()).isEqualTo(4);
        app.destroy();
    }

    /** The name is in the DNS from now on, and leads to the droplet. */
    private static void dns(TestDroplet droplet, String name) {
        inside(
                droplet,
                "curl -sf -d '{\"host\": \"" + name
                        + ".\", \"addresses\": [\"127.0.0.1\"]}' http://127.0.0.1:8055/add-a");
    }

    private static String inside(TestDroplet droplet, String script) {
        String encoded = Base64.getEncoder().encodeToString(script.getBytes(StandardCharsets.UTF_8));
        Seen seen = droplet.inside("echo " + encoded + " | base64 -d | bash -s");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen.out();
    }

    private static String workers(TestDroplet droplet) {
        return inside(droplet, "pgrep -fx 'nginx: worker process' | sort | xargs");
    }

    /** What visitors see: names, issuer, serial number. */
    private static String certificate(TestDroplet droplet, String name) {
        return droplet.laptop()
                .run(
                        droplet.laptop().home(),
                        "bash",
                        "-c",
                        "openssl s_client -connect 127.0.0.1:" + droplet.httpsPort() + " -servername " + name
                                + " </dev/null 2>/dev/null | openssl x509 -noout -serial -issuer -ext subjectAltName")
                .out();
    }

    private static String redirect(TestDroplet droplet, String name) {
        return droplet.laptop()
                .must(
                        droplet.laptop().home(),
                        "bash",
                        "-c",
                        "curl -sS -o /dev/null --max-time 60 --noproxy '*' -w '%{http_code} %{redirect_url}' -H 'Host: "
                                + name + "' 'http://127.0.0.1:" + droplet.httpPort() + "/a?b=c'");
    }
}
