package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxyTest {
    @TempDir
    Path directory;

    private ReleaseShell shell;

    @BeforeEach
    void start() throws IOException {
        shell = new ReleaseShell(directory);
    }

    @Test
    void withoutDomainsAnAppHasTheDefaultOne() {
        assertThat(domains()).containsExactly("shop.example.org");
    }

    @Test
    void domainsAreTheManifestsAndTheOperators() throws IOException {
        shell.state("apps/shop/settings/domains", "a.example.com\nb.example.com\n")
                .state("apps/shop/operator/domains", "b.example.com\n*.c.example.com\n");

        assertThat(domains()).containsExactly("a.example.com b.example.com *.c.example.com");
    }

    @Test
    void aDomainThatIsNoneNeverReachesNginx() throws IOException {
        shell.state("apps/shop/operator/domains", "a.example.com;return\n");

        assertThat(domains().get(0)).contains("state-damaged").contains("apps/shop/operator/domains");
        assertThat(domains()).contains("exit 1");
    }

    @Test
    void anUrlNamesThePortThatPeopleType() throws IOException {
        assertThat(shell.run("proxy_url shop shop.example.org; echo $REPLY"))
                .containsExactly("http://shop.example.org");
        shell.state("host/public-port", "8080");
        assertThat(shell.run("proxy_url shop shop.example.org; echo $REPLY"))
                .containsExactly("http://shop.example.org:8080");
    }

    @Test
    void twoAppsCannotHaveOneName() throws IOException {
        shell.state("apps/other/settings/domains", "taken.example.com\n")
                .state("apps/other/operator/domains", "also.example.com\n");

        assertThat(shell.run("""
                        for name in free.example.com taken.example.com also.example.com other.example.org shop.example.org; do
                            if proxy_claimed shop x.example.com $name; then echo "$REPLY"; else echo "$name is free"; fi
                        done
                        """))
                .containsExactly(
                        "free.example.com is free",
                        "taken.example.com belongs to the app other",
                        "also.example.com belongs to the app other",
                        "other.example.org belongs to the app other",
                        "shop.example.org is free");
    }

    @Test
    void theSiteHasTheServersOfBothSlotsEachWithItsOwnPort() throws IOException {
        shell.state("apps/shop/releases/1/port", "8080").state("apps/shop/releases/2/port", "3000");

        assertThat(
                        String.join(
                                "\n",
                                shell.run(
                                        "slot_prepare shop blue 1; slot_prepare shop green 2; proxy_text shop 2 a.example.com b.example.com; echo \"$REPLY\"")))
                .contains(
                        "upstream pocketpaas_shop_blue {\n    server 10.213.4.32:8080 max_fails=0;\n    server 10.213.4.33:8080 max_fails=0;\n",
                        "upstream pocketpaas_shop_green {\n    server 10.213.4.80:3000 max_fails=0;\n    server 10.213.4.81:3000 max_fails=0;\n",
                        "    server_name a.example.com b.example.com;\n",
                        "if (-f " + shell.path("apps/shop") + "/live/green) {");
    }

    @Test
    void namesWithACertificateRedirectAndHaveServersOfTheirOwn() throws IOException {
        String id = "a".repeat(64);
        shell.state("new/fullchain.pem", "chain")
                .state("new/key.pem", "key")
                .state("new/info/not-after", "1")
                .state("settings/ssl/hsts", "86400")
                .state("host/public-https-port", "8443");

        String text = String.join("\n", shell.run("""
                certificate_store shop b.example.com $1 "$PP_ROOT/new"
                certificate_use shop b.example.com $1
                PROXY_SETTINGS=$PP_ROOT/settings
                nginx() { echo "nginx version: nginx/$pretended" >&2; }
                for pretended in 1.22.1 1.28.0; do proxy_text shop 1 a.example.com b.example.com; echo "$REPLY"; done
                proxy_url shop b.example.com; echo $REPLY
                """, id));

        String certificate =
                shell.path("apps/shop/certificates/b.example.com/" + id).toString();
        assertThat(text)
                .contains(
                        "    server_name a.example.com;\n",
                        "        return 308 https://$host:8443$request_uri;\n",
                        "    listen 443 ssl http2;\n",
                        "    listen 443 ssl;\n",
                        "    http2 on;\n    server_name b.example.com;\n",
                        "    ssl_certificate " + certificate + "/fullchain.pem;\n    ssl_certificate_key " + certificate
                                + "/key.pem;\n",
                        "    add_header Strict-Transport-Security \"max-age=86400\" always;\n",
                        // nginx inherits no header where there is another one.
                        "            add_header Retry-After 120 always;\n"
                                + "            add_header Strict-Transport-Security \"max-age=86400\" always;\n"
                                + "            return 503",
                        "            add_header Retry-After 120 always;\n            return 503",
                        "        proxy_set_header X-Forwarded-Port $server_port;\n",
                        "        proxy_set_header X-Forwarded-Port 8443;\n")
                .endsWith("\nhttps://b.example.com:8443");
    }

    @Test
    void aNameThatSendsOnLeadsStraightToHttpsWhereTheOtherHasACertificate() throws IOException {
        String id = "a".repeat(64);
        shell.state("new/fullchain.pem", "chain")
                .state("new/key.pem", "key")
                .state("new/info/not-after", "1")
                .state("s/http/redirects", "www.b.example.com\tb.example.com\n");

        assertThat(shell.run("""
                front_text shop "$PP_ROOT/s"; echo "$REPLY"
                certificate_store shop b.example.com $1 "$PP_ROOT/new"
                certificate_use shop b.example.com $1
                front_text shop "$PP_ROOT/s"; echo "$REPLY"
                """, id).stream().map(String::strip).filter(line -> line.startsWith("return 308")))
                .containsExactly(
                        "return 308 http://b.example.com$request_uri;",
                        "return 308 https://b.example.com$request_uri;");
    }

    @Test
    void namesThatSendOnAreTheAppsOwnAndComeLast() throws IOException {
        shell.state("apps/shop/settings/domains", "shop.example.com\n")
                .state("apps/shop/settings/http/redirects", "www.shop.example.com\tshop.example.com\n")
                .state("apps/other/settings/http/redirects", "old.example.com\tother.example.com\n");

        assertThat(domains()).containsExactly("shop.example.com www.shop.example.com");
        assertThat(shell.run("proxy_claimed shop old.example.com; echo \"$REPLY\""))
                .containsExactly("old.example.com belongs to the app other");
    }

    @Test
    void whatStandsInFrontOfAnAppFollowsFromItsSettings() throws IOException {
        shell.state("s/http/max-body", "1048576")
                .state("s/http/timeout", "300")
                .state("s/http/response-headers", "65536")
                .state("s/http/gzip", "false")
                .state("s/http/redirects", "www.a.example.com\ta.example.com\n")
                .state("s/http/allow", "203.0.113.0/24\n2001:db8::/32\n")
                .state("s/http/trusted-proxies", "198.51.100.7\n");

        assertThat(shell.run("front_text shop \"$PP_ROOT/s\"; echo \"$REPLY\"").stream()
                        .map(String::strip))
                .containsExactly(
                        "if (-f " + shell.path("apps/shop/maintenance") + ") {",
                        "add_header Retry-After 120 always;",
                        "return 503 \"shop is down for maintenance\\n\";",
                        "}",
                        "if ($host = www.a.example.com) {",
                        "return 308 http://a.example.com$request_uri;",
                        "}",
                        "set_real_ip_from 198.51.100.7;",
                        "real_ip_header X-Forwarded-For;",
                        "real_ip_recursive on;",
                        "allow 203.0.113.0/24;",
                        "allow 2001:db8::/32;",
                        "deny all;",
                        "auth_basic $pocketpaas_realm;",
                        "auth_basic_user_file " + shell.path("apps/shop/visitors") + ";",
                        "client_max_body_size 1048576;",
                        "proxy_read_timeout 300s;",
                        "proxy_send_timeout 300s;",
                        "proxy_buffer_size 65536;",
                        "proxy_buffers 8 65536;",
                        "gzip off;");
    }

    @Test
    void whatIsNoValueNeverReachesNginx() throws IOException {
        shell.state("s/http/allow", "203.0.113.7;return\n");

        assertThat(shell.run("front_text shop \"$PP_ROOT/s\"")).last().isEqualTo("exit 1");
    }

    @Test
    void whyANameDoesNotLeadHereIsSaid() throws IOException {
        assertThat(shell.run("""
                        reach_explain a.example.com a.example.com 6 '' 192.0.2.1 80
                        reach_explain b.example.com b.example.com 7 192.0.2.9 192.0.2.1 8080
                        reach_explain '*.c.example.com' pocketpaas-check.c.example.com 1 192.0.2.9 192.0.2.1 80
                        """).stream().filter(line -> line.startsWith("+warn")))
                .containsExactly(
                        "+warn\ta.example.com does not lead here yet: a.example.com does not resolve",
                        "+warn\tb.example.com does not lead here: it resolves to 192.0.2.9, and nothing answers on port 8080 there",
                        "+warn\t*.c.example.com does not lead here: it resolves to 192.0.2.9, where something else answers");
    }

    @Test
    void aTokenThatComesBackIsSilence() throws IOException {
        assertThat(shell.run("""
                        curl() { token=${*: -1}; printf %s "${token##*/}"; }
                        domains_reach a.example.com b.example.com
                        curl() { printf hello; }
                        getent() { echo '192.0.2.9 STREAM b.example.com'; }
                        timeout() { shift; "$@"; }
                        domains_reach b.example.com
                        """))
                .containsExactly(
                        "+warn\tb.example.com does not lead here: it resolves to 192.0.2.9, where something else answers",
                        "+hint\tpoint its DNS record at this host, or let the CDN in front hand on /.well-known/",
                        "+result\tunreachable\tb.example.com");
    }

    @Test
    void aNameThatIsServedOnThePortThatPeopleTypeLeadsHere() throws IOException {
        shell.state("host/public-port", "8080");

        assertThat(shell.run("""
                        curl() {
                            local url=${*: -1}
                            [[ $url == http://a.example.com:8080/* ]] || return 7
                            printf %s "${url##*/}"
                        }
                        getent() { echo '192.0.2.9 STREAM b.example.com'; }
                        timeout() { shift; "$@"; }
                        domains_reach a.example.com b.example.com
                        echo "${REACH_MISSED[b.example.com]-nothing is concluded}"
                        """))
                .containsExactly(
                        "+warn\tb.example.com does not lead here: it resolves to 192.0.2.9, and nothing answers on port 8080 there",
                        "+hint\tif that is this host, open port 8080 in the provider's firewall; else correct the DNS record",
                        "+result\tunreachable\tb.example.com",
                        "nothing is concluded");
    }

    @Test
    void aDeployLooksOnlyAtNamesThatTheManifestBringsAnew() throws IOException {
        shell.state("apps/shop/releases/2/processes/web/command", "x")
                .state("apps/shop/releases/1/settings/domains", "old.example.com\n")
                .state("apps/shop/releases/2/settings/domains", "old.example.com\nmine.example.com\nnew.example.com\n")
                .state("apps/shop/releases/2/settings/http/redirects", "www.example.com\tnew.example.com\n")
                .state("apps/shop/operator/domains", "mine.example.com\n");
        String ask = "domains_reach() { echo \"asked: $*\"; }\n";

        assertThat(shell.run(ask + """
                        apps=$PP_ROOT/apps/shop
                        reach_new shop 2 "$apps/releases/1/settings" "$apps/operator/domains"
                        reach_new shop 2 /nonexistent /nonexistent
                        reach_new shop 2 "$apps/releases/2/settings" /nonexistent
                        """))
                .containsExactly(
                        "asked: new.example.com www.example.com",
                        "asked: old.example.com mine.example.com new.example.com www.example.com");
    }

    @Test
    void aNameThatDoesNotLeadHereIsToldOnlyOnce() {
        assertThat(shell.run("""
                        getent() { return 2; }
                        curl() { return 6; }
                        timeout() { shift; "$@"; }
                        domains_reach a.tea-shop.net | grep -v hint
                        domains_reach a.tea-shop.net >/dev/null
                        automatic_looks_right shop a.tea-shop.net || echo "not asked for"
                        cat "$PP_ROOT/apps/shop/automatic/a.tea-shop.net/error"
                        echo
                        { automatic_looks_right shop b.tea-shop.net || true; } | sed 's/; tried.*//'
                        """))
                .containsExactly(
                        "+warn\ta.tea-shop.net does not lead here yet: a.tea-shop.net does not resolve",
                        "+result\tunreachable\ta.tea-shop.net",
                        "not asked for",
                        "the name does not resolve: its DNS record is not there yet",
                        "+warn\tno certificate for b.tea-shop.net yet: the name does not resolve: its DNS record is not there yet");
    }

    @Test
    void aSwitchWaitsForOldWorkersOnlyWhereConnectionsOutliveAReload() throws IOException {
        shell.state("old-base", "map x;\n").state("new-base", "keepalive_min_timeout 2s;\n");

        assertThat(shell.run("""
                        pause() { kill "$worker" 2>/dev/null; wait "$worker" 2>/dev/null || true; echo waited; }
                        command sleep 100 & PROXY_OLD_WORKERS=($!)
                        PROXY_BASE=$PP_ROOT/old-base; proxy_settle; echo "none for the old"
                        PROXY_BASE=$PP_ROOT/new-base; proxy_settle; echo "${#PROXY_OLD_WORKERS[@]} left"
                        proxy_settle; echo "none without a reload"
                        """)).containsExactly("none for the old", "waited", "0 left", "none without a reload");
    }

    @Test
    void theLastAddressOfASlotIsBelowTheNextRange() {
        assertThat(
                        shell.run(
                                "for n in 1 48; do for slot in blue green; do network_web_address shop $slot $n; echo $REPLY; done; done; echo $NETWORK_WEB_MAX"))
                .containsExactly("10.213.4.32", "10.213.4.80", "10.213.4.79", "10.213.4.127", "48");
    }

    @Test
    void aSubnetThatOverlapsARouteIsNotFree() {
        // 10.0.0.0/9, 172.18.0.0/16, 10.200.4.128/25, the default route and our own that leads nowhere (10.213.0.0/16),
        // as /proc/net/route has them.
        String routes = """
                Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
                eth0 00000000 010011AC 0003 0 0 0 00000000 0 0 0
                vpn0 0000000A 00000000 0001 0 0 0 000080FF 0 0 0
                docker0 000012AC 00000000 0001 0 0 0 0000FFFF 0 0 0
                br0 8004C80A 00000000 0001 0 0 0 80FFFFFF 0 0 0
                * 0000D50A 00000000 0201 0 0 4278198272 0000FFFF 0 0 0
                """;

        assertThat(shell.run("""
                        for net in "10 0 1" "10 128 0" "172 18 7" "172 19 0" "10 200 4" "10 200 5" "10 213 9"; do
                            read -r a b c <<<"$net"
                            if network_has_route $((a << 16 | b << 8 | c)) <<<"$1"; then echo "$net taken"; else echo "$net free"; fi
                        done
                        """, routes))
                .containsExactly(
                        "10 0 1 taken",
                        "10 128 0 free",
                        "172 18 7 taken",
                        "172 19 0 free",
                        "10 200 4 taken",
                        "10 200 5 free",
                        "10 213 9 free");
    }

    @Test
    void aNetworkIsUpWhereItsBridgeHasItsRoute() {
        String routes = """
                Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
                br-2a46ef87fecd 0004D50A 00000000 0001 0 0 0 00FFFFFF 0 0 0
                vpn0 0005D50A 00000000 0001 0 0 0 00FFFFFF 0 0 0
                br-2a46ef87fece 0006D50A 00000000 0001 0 0 0 0000FFFF 0 0 0
                * 0000D50A 00000000 0201 0 0 4278198272 0000FFFF 0 0 0
                """;

        assertThat(shell.run(
                        "for n in 4 5 6 7; do network_is_up 10.213.$n <<<\"$1\" && echo $n up || echo $n down; done",
                        routes))
                .containsExactly("4 up", "5 down", "6 down", "7 down");
    }

    private List<String> domains() {
        return shell.run(
                "proxy_domains shop \"$PP_ROOT/apps/shop/settings\" \"$PP_ROOT/apps/shop/operator/domains\"; echo \"${REPLY_LINES[*]}\"");
    }

    @Test
    void whatCannotBeWrittenDoesNotCountAsTested() throws IOException {
        shell.state("nginx/other.conf", "other");

        assertThat(shell.run("""
                        sed "s,^readonly PROXY_SITES=.*,PROXY_SITES=$PP_ROOT/nginx," "$programs/lib/proxy.bash" >"$PP_ROOT/proxy.bash"
                        bash -euo pipefail -c '
                            programs=$1
                            for part in state events lock certificate; do source "$programs/lib/$part.bash"; done
                            source "$PP_ROOT/proxy.bash"
                            source "$programs/lib/front.bash"
                            source "$programs/lib/snippet.bash"
                            mktemp() { command mktemp -d "$PP_ROOT/aside.XXXXXX"; }
                            unshare() { echo "nginx was asked"; }
                            declare -A TOKENS=([DOMAINS]=shop.example.org)
                            for case in good full:shop.conf full:snippets half no-directory; do
                                rm -rf -- "$PP_ROOT/nginx/shop.conf" "$PP_ROOT/nginx/snippets"
                                code=0
                                SNIPPET_TRIED=()
                                case $case in
                                    full:shop.conf) ln -s /dev/full "$PP_ROOT/nginx/shop.conf" ;;
                                    full:snippets)
                                        echo >"$PP_ROOT/nginx/snippets"
                                        snippet_try shop "lines"
                                        ;;
                                    half) cp() { command cp "$@"; return 1; } ;;
                                    no-directory) mktemp() { return 1; } ;;
                                esac
                                if proxy_test shop "text of the site"; then code=0; else code=$?; fi
                                echo "$case $code ${REPLY%% (*}"
                                ls -d "$PP_ROOT"/aside.* 2>/dev/null || true
                            done
                        ' test "$programs" 2>&1
                        """))
                .containsExactly(
                        "good 0 nginx was asked",
                        "full:shop.conf 2 the new configuration of nginx could not be written for its test",
                        "full:snippets 2 the new configuration of nginx could not be written for its test",
                        "half 2 the new configuration of nginx could not be written for its test",
                        "no-directory 2 the new configuration of nginx could not be written for its test");
    }
}
