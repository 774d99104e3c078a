package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Certificates of one's own, looked at from outside with OpenSSL and curl. */
@ExtendWith(TestDroplet.Shared.class)
class SslIT {
    /** Answers with the request's head; takes a WebSocket with RFC 6455's example key, and echoes its first frame. */
    private static final String SERVER = """
            use strict; use warnings; use IO::Socket::INET;
            $| = 1;
            local $SIG{CHLD} = 'IGNORE';
            $SIG{TERM} = sub { exit 0 };
            my $server = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $ENV{PORT}, Listen => 256, ReuseAddr => 1)
                or die "cannot listen: $!";
            while (1) {
                my $client = $server->accept or next;
                my $pid = fork;
                if ($pid) { close $client; next }
                my $head = '';
                while (my $line = <$client>) { $head .= $line; last if $line =~ /^\\r?\\n?$/ }
                if ($head =~ /^Upgrade: websocket/mi) {
                    print $client "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
                        . "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\\r\\n\\r\\n";
                    $client->flush;
                    my ($frame, $mask, $text);
                    read $client, $frame, 2; read $client, $mask, 4; read $client, $text, ord(substr $frame, 1) & 127;
                    $text ^= substr $mask x length $text, 0, length $text;
                    print $client chr(0x81) . chr(length $text) . $text;
                } else {
                    print $client "HTTP/1.1 200 OK\\r\\nStrict-Transport-Security: max-age=7\\r\\nContent-Length: " . length($head)
                        . "\\r\\nConnection: close\\r\\n\\r\\n$head";
                }
                close $client; exit 0;
            }
            """;

    @Test
    void aCertificateOfOnesOwnServesTheDomainAtOnce(TestDroplet droplet) {
        TestAuthority authority = new TestAuthority(droplet.laptop(), "authority-own");
        authority.leaf("first", 90, "own.example.com");
        TestApp app = app(droplet, "own");
        app.must("domains", "add", "own.example.com", "bare.example.com");

        Seen added =
                app.must("ssl", "add", "--cert", authority.path("first.pem"), "--key", authority.path("first.key"));
        assertThat(added.all())
                .contains(
                        "https://own.example.com:" + droplet.httpsPort(),
                        "browsers do not know (Tea Root)",
                        "does not cover bare.example.com",
                        "shows the certificate with serial " + authority.serial("first"));

        assertThat(serial(droplet, "own.example.com")).isEqualTo(authority.serial("first"));
        Seen page = curl(droplet, authority, "own.example.com", "-w", "\n%{http_version}", "/page?x=1");
        assertThat(page.out())
                .contains("GET /page?x=1", "X-Forwarded-Proto: https")
                .endsWith("\n2");
        assertThat(curl(
                                droplet,
                                authority,
                                "own.example.com",
                                "-o",
                                "/dev/null",
                                "-w",
                                "%{http_version}",
                                "--http1.1",
                                "/")
                        .out())
                .isEqualTo("1.1");
        assertThat(curl(droplet, authority, "own.example.com", "-i", "/").out())
                .as("without the setting the header is the app's own matter")
                .contains("max-age=7");
        assertThat(plain(droplet, "own.example.com", "-X", "POST", "/a/b?c=d&e=%20f"))
                .contains(
                        "HTTP/1.1 308",
                        "Location: https://own.example.com:" + droplet.httpsPort() + "/a/b?c=d&e=%20f\r\n");
        assertThat(plain(droplet, "bare.example.com", "/")).contains("HTTP/1.1 200");
        for (String name : List.of("bare.example.com", "nobody.example.com")) {
            assertThat(openssl(droplet, name).all()).contains("alert number 112");
        }
        assertThat(openssl(droplet, "own.example.com", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
                        .all())
                .contains("alert protocol version");
        assertThat(openssl(droplet, "own.example.com", "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0")
                        .all())
                .contains("alert handshake failure");
        assertThat(openssl(droplet, "own.example.com", "-tls1_2").all()).contains("New, TLSv1.2");

        assertThat(app.must("ssl", "--json").out())
                .contains(
                        "\"domain\" : \"own.example.com\"",
                        "\"issuer\" : \"Tea Root\"",
                        "\"days_left\" : \"89\"",
                        "\"source\" : \"own\"");
        assertThat(app.must("ssl", "add", "--cert", authority.path("first.pem"), "--key", authority.path("first.key"))
                        .all())
                .contains("Nothing to do");
        app.write("pocketpaas.yml", "app: own\nhost: " + droplet.name() + "\nssl: { hsts: 2 }\n");
        app.commit("keep to it");
        app.must("deploy");
        assertThat(curl(droplet, authority, "own.example.com", "-i", "/").out())
                .contains("strict-transport-security: max-age=172800")
                .doesNotContain("max-age=7");

        assertThat(app.must("ssl", "remove", "own.example.com", "bare.example.com")
                        .all())
                .contains("bare.example.com has no certificate", "http://own.example.com:" + droplet.httpPort());
        assertThat(plain(droplet, "own.example.com", "/")).contains("HTTP/1.1 200");
        assertThat(openssl(droplet, "own.example.com").all()).contains("alert number 112");
        assertThat(droplet.inside("find /var/lib/pocketpaas/apps/own/certificates -type f")
                        .out())
                .isBlank();
        app.destroy();
    }

    @Test
    void aWebSocketEchoesOverTls(TestDroplet droplet) {
        TestAuthority authority = new TestAuthority(droplet.laptop(), "authority-socket");
        authority.leaf("socket", 90, "socket.localhost");
        TestApp app = app(droplet, "socket");
        app.must("ssl", "add", "--cert", authority.path("socket.pem"), "--key", authority.path("socket.key"));

        // One frame with the text "tea", masked with zeros. The client's end stays open until the echo is there.
        Seen echo = app.laptop()
                .run(
                        app.directory(),
                        "bash",
                        "-c",
                        "mkfifo said; timeout 25 openssl s_client -quiet -servername socket.localhost -connect 127.0.0.1:"
                                + droplet.httpsPort() + " -CAfile " + authority.path("root.pem")
                                + " -verify_return_error <said >heard & exec 3>said;"
                                + " printf 'GET /chat HTTP/1.1\\r\\nHost: socket.localhost\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n\\x81\\x83\\0\\0\\0\\0tea' >&3;"
                                + " for ((i = 0; i < 250; i++)); do ! grep -qa tea heard || break; sleep 0.1; done; kill $!; head -c 200 heard");
        assertThat(echo.out()).contains("101 Switching Protocols", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "\u0003tea");
        app.destroy();
    }

    @Test
    void oneCertificateAfterAnotherAndEachDomainItsOwn(TestDroplet droplet) {
        TestAuthority authority = new TestAuthority(droplet.laptop(), "authority-several");
        authority.leaf("one", 90, "one.example.com");
        authority.leaf("wild", 90, "*.wild.example.com", "two.example.com");
        authority.leaf("newer", 60, "one.example.com");
        TestApp app = app(droplet, "several");
        app.must("domains", "add", "one.example.com", "two.example.com", "*.wild.example.com");

        byte[] both = concat(authority.bytes("one.pem"), authority.bytes("one.key"));
        Seen piped = app.laptop().pocketpaas(app.directory(), both, "ssl", "add", "--cert", "-");
        assertThat(piped.exit()).as(piped.toString()).isZero();
        app.must("ssl", "add", "--cert", authority.path("wild.pem"), "--key", authority.path("wild.key"));
        assertThat(serial(droplet, "one.example.com")).isEqualTo(authority.serial("one"));
        assertThat(serial(droplet, "two.example.com")).isEqualTo(authority.serial("wild"));
        assertThat(serial(droplet, "any.wild.example.com")).isEqualTo(authority.serial("wild"));

        app.must(
                "ssl",
                "add",
                "one.example.com",
                "--cert",
                authority.path("newer.pem"),
                "--key",
                authority.path("newer.key"));
        assertThat(serial(droplet, "one.example.com")).isEqualTo(authority.serial("newer"));
        app.message("two");
        app.write("app.pl", SERVER + "# changed\n");
        app.commit("two");
        app.must("deploy");
        app.must("scale", "web=2");
        app.must("rollback");
        assertThat(serial(droplet, "one.example.com")).isEqualTo(authority.serial("newer"));
        assertThat(serial(droplet, "two.example.com")).isEqualTo(authority.serial("wild"));
        app.must("domains", "remove", "two.example.com");
        assertThat(openssl(droplet, "two.example.com").all()).contains("alert number 112");
        assertThat(app.must("ssl", "list").out()).containsPattern("two.example.com +unused");

        String needle = new String(authority.bytes("newer.key"), StandardCharsets.US_ASCII)
                .lines()
                .toList()
                .get(2);
        assertThat(droplet.inside("grep -rl --exclude-dir=proc -e '" + needle.substring(0, 40)
                                + "' /var/lib/pocketpaas /var/log /etc/nginx /run 2>/dev/null; journalctl --no-pager | grep -c '"
                                + needle.substring(0, 40) + "'")
                        .out()
                        .lines())
                .as("where the key is, and how often the journal has it")
                .hasSize(2)
                .first()
                .asString()
                .startsWith("/var/lib/pocketpaas/apps/several/certificates/one.example.com/");
        assertThat(droplet.inside("find /var/lib/pocketpaas/apps/several/certificates ! -type l -perm /077; "
                                + "runuser -u pocketpaas -- ls /var/lib/pocketpaas/apps/several/certificates 2>&1")
                        .out())
                .contains("Permission denied")
                .doesNotContain("one.example.com");
        app.destroy();
    }

    @Test
    void whatCannotServeIsRefusedAndNothingChanges(TestDroplet droplet) {
        TestAuthority authority = new TestAuthority(droplet.laptop(), "authority-bad");
        authority.leaf("good", 90, "refusing.example.com");
        authority.leaf("other", 90, "refusing.example.com");
        TestApp app = app(droplet, "refusing");
        app.must("domains", "add", "refusing.example.com");
        app.must("ssl", "add", "--cert", authority.path("good.pem"), "--key", authority.path("good.key"));

        Seen mismatch = app.pocketpaas(
                "ssl", "add", "--cert", authority.path("other.pem"), "--key", authority.path("good.key"));
        assertThat(mismatch.exit()).isEqualTo(2);
        assertThat(mismatch.err())
                .contains("the key does not belong to the certificate of refusing.example.com", "fix: ");
        Seen unknown = app.pocketpaas(
                "ssl",
                "add",
                "x.example.com",
                "--cert",
                authority.path("good.pem"),
                "--key",
                authority.path("good.key"));
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err()).contains("does not cover x.example.com", "it is for refusing.example.com");
        assertThat(app.pocketpaas("ssl", "add", "--cert", "/nonexistent").exit())
                .isEqualTo(2);

        // Past the laptop's checks nginx has a word, too, and then the visitors.
        Seen forced =
                raw(droplet, app, "ssl refusing add", tree(authority, "other.pem", "good.key", "refusing.example.com"));
        assertThat(forced.exit()).as(forced.toString()).isEqualTo(5);
        assertThat(forced.out())
                .contains("+fail\tcertificate\tnginx cannot use the certificate:", "key values mismatch");
        Seen foreign =
                raw(droplet, app, "ssl refusing add", tree(authority, "other.pem", "other.key", "foreign.example.com"));
        assertThat(foreign.exit()).as(foreign.toString()).isEqualTo(4);
        droplet.inside("iptables -I INPUT -p tcp --dport 443 -j REJECT --reject-with tcp-reset");
        try {
            Seen unseen = app.pocketpaas(
                    "ssl", "add", "--cert", authority.path("other.pem"), "--key", authority.path("other.key"));
            assertThat(unseen.exit()).as(unseen.toString()).isEqualTo(5);
            assertThat(unseen.err())
                    .contains("the certificate is not what visitors see", "the previous certificate is in use again");
        } finally {
            droplet.inside("iptables -D INPUT -p tcp --dport 443 -j REJECT --reject-with tcp-reset");
        }
        assertThat(serial(droplet, "refusing.example.com")).isEqualTo(authority.serial("good"));
        assertThat(app.must("ssl", "--json").out()).contains(authority.serial("good"));
        app.must(
                "ssl",
                "add",
                "--no-probe",
                "--cert",
                authority.path("other.pem"),
                "--key",
                authority.path("other.key"));
        assertThat(serial(droplet, "refusing.example.com")).isEqualTo(authority.serial("other"));
        app.destroy();
        assertThat(droplet.inside("nginx -t").exit()).isZero();
    }

    private static TestApp app(TestDroplet droplet, String name) {
        TestApp app = TestApp.create(droplet, name);
        app.write("app.pl", SERVER);
        app.commit("an app");
        app.must("deploy");
        return app;
    }

    /** A verb as a program of somebody else's could send it. */
    private static Seen raw(TestDroplet droplet, TestApp app, String verb, String tree) {
        return app.laptop()
                .run(
                        app.directory(),
                        "bash",
                        "-c",
                        "echo " + Base64.getEncoder().encodeToString(tree.getBytes(StandardCharsets.US_ASCII))
                                + " | base64 -d | " + droplet.gitSsh() + " -p " + droplet.sshPort()
                                + " pocketpaas@127.0.0.1 pocketpaas/1 " + verb);
    }

    private static String tree(TestAuthority authority, String certificate, String key, String domain) {
        return String.join(
                "\0",
                "domains",
                domain,
                "id",
                "ab".repeat(32),
                "fullchain.pem",
                new String(authority.bytes(certificate), StandardCharsets.US_ASCII),
                "key.pem",
                new String(authority.bytes(key), StandardCharsets.US_ASCII),
                "info/not-before",
                "1",
                "info/not-after",
                "2",
                ".",
                "end",
                "");
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] all = new byte[a.length + b.length];
        System.arraycopy(a, 0, all, 0, a.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    /** The serial number of the certificate that visitors of {@code name} get. */
    private static String serial(TestDroplet droplet, String name) {
        return droplet.laptop()
                .run(
                        droplet.laptop().home(),
                        "bash",
                        "-c",
                        "openssl s_client -connect 127.0.0.1:" + droplet.httpsPort() + " -servername " + name
                                + " </dev/null 2>/dev/null | openssl x509 -noout -serial")
                .out()
                .strip()
                .replace("serial=", "");
    }

    private static Seen openssl(TestDroplet droplet, String name, String... more) {
        return droplet.laptop()
                .run(
                        droplet.laptop().home(),
                        "bash",
                        "-c",
                        "openssl s_client -connect 127.0.0.1:" + droplet.httpsPort() + " -servername " + name + " "
                                + String.join(" ", more) + " </dev/null");
    }

    /** A page by HTTPS, with the authority trusted; the last word is the path. */
    private static Seen curl(TestDroplet droplet, TestAuthority authority, String name, String... words) {
        int last = words.length - 1;
        StringBuilder command = new StringBuilder("curl -sS --max-time 30 --noproxy '*' --cacert "
                + authority.path("root.pem") + " --resolve " + name + ":" + droplet.httpsPort() + ":127.0.0.1");
        for (int i = 0; i < last; i++) {
            command.append(" $'").append(words[i].replace("\n", "\\n")).append('\'');
        }
        Seen seen = droplet.laptop()
                .run(
                        droplet.laptop().home(),
                        "bash",
                        "-c",
                        command + " 'https://" + name + ":" + droplet.httpsPort() + words[last] + "'");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen;
    }

    /** Head and body of a page by HTTP; the last word is the path. */
    private static String plain(TestDroplet droplet, String name, String... words) {
        int last = words.length - 1;
        String options = String.join(" ", List.of(words).subList(0, last));
        return droplet.laptop()
                .must(
                        droplet.laptop().home(),
                        "bash",
                        "-c",
                        "curl -sS -i --max-time 30 --noproxy '*' " + options + " -H 'Host: " + name
                                + "' 'http://127.0.0.1:" + droplet.httpPort() + words[last] + "'");
    }
}
