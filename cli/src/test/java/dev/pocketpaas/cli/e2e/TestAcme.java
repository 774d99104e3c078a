package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A real ACME authority (pebble) on a droplet, beside the host's own programs, and the DNS that it and the host ask. */
final class TestAcme implements AutoCloseable {
    private final TestDroplet droplet;

    private TestAcme(TestDroplet droplet) {
        this.droplet = droplet;
    }

    /** Starts them, and has the host ask that authority. A name is in the DNS once {@link #dns} has said so. */
    static TestAcme start(TestDroplet droplet) throws Exception {
        Laptop laptop = droplet.laptop();
        droplet.must("""
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
        String known = "cat /var/lib/pocketpaas/host/ca-certificates.pem 2>/dev/null; cat /root/pebble/cert.pem";
        Files.writeString(authorities, droplet.must(known).out());
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
        droplet.must("""
                set -e
                [ -e /root/pebble/resolv.conf ] || cp /etc/resolv.conf /root/pebble/resolv.conf
                echo nameserver 127.0.0.1 >/etc/resolv.conf
                rm -rf /var/lib/pocketpaas/acme-client
                """);
        return new TestAcme(droplet);
    }

    /** The name is in the DNS from now on, and leads to these addresses. */
    void dns(String name, String... addresses) {
        String quoted = Arrays.stream(addresses).map(one -> '"' + one + '"').collect(Collectors.joining(", "));
        droplet.must("curl -sf -d '{\"host\": \"" + name + ".\", \"addresses\": [" + quoted
                + "]}' http://127.0.0.1:8055/add-a");
    }

    /** The host's timer looks for certificates whose turn has come. */
    void timer() {
        droplet.must("systemctl start pocketpaas-certificates.service");
    }

    /** The certificate of an app's domain has one day left. */
    void expire(String app, String domain) {
        droplet.must("cd /var/lib/pocketpaas/apps/" + app + "/certificates/" + domain
                + "/current/info && echo -n 0 >not-before; echo -n $(($(date +%s) + 86400)) >not-after");
    }

    /** What visitors of a machine see: names, issuer, serial number. */
    static String certificate(TestDroplet machine, String name) {
        Laptop laptop = machine.laptop();
        String command = "openssl s_client -connect 127.0.0.1:" + machine.httpsPort() + " -servername " + name
                + " </dev/null 2>/dev/null | openssl x509 -noout -serial -issuer -ext subjectAltName";
        return laptop.run(laptop.home(), "bash", "-c", command).out();
    }

    @Override
    public void close() {
        droplet.must("cat /root/pebble/resolv.conf >/etc/resolv.conf; systemctl stop pebble-test pebble-dns");
        Laptop laptop = droplet.laptop();
        assertThat(laptop.pocketpaas(laptop.home(), "sandbox", "up", "--name", droplet.name())
                        .exit())
                .isZero();
    }
}
