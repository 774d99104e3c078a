package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Certificates by themselves, from a real ACME authority (pebble) that runs beside the host's own programs, by the real client. */
@ExtendWith(TestDroplet.Shared.class)
class AcmeIT {
    private static TestAcme acme;

    @BeforeAll
    static void startAnAuthority(TestDroplet droplet) throws Exception {
        acme = TestAcme.start(droplet);
    }

    @AfterAll
    static void stopIt() {
        if (acme != null) {
            acme.close();
        }
    }

    @Test
    void aPublicDomainIsServedByHttpsByItselfAndGoesOnToBe(TestDroplet droplet) {
        acme.dns("auto.tea-shop.net", "127.0.0.1");
        TestApp app = TestApp.create(droplet, "auto", "domains: [auto.tea-shop.net]");
        droplet.must("rm -rf /var/lib/pocketpaas/acme-client");

        Seen deployed = app.must("deploy");
        assertThat(deployed.all())
                .contains("https://auto.tea-shop.net:" + droplet.httpsPort(), "By using them you accept its terms");
        String first = TestAcme.certificate(droplet, "auto.tea-shop.net");
        assertThat(first).contains("Pebble Intermediate", "DNS:auto.tea-shop.net");
        assertThat(redirect(droplet, "auto.tea-shop.net"))
                .contains("308", "https://auto.tea-shop.net:" + droplet.httpsPort() + "/a?b=c");
        assertThat(app.must("ssl", "--json").out()).contains("\"source\" : \"automatic\"", "\"https\" : \"yes\"");

        // Neither a deploy nor the timer asks again while there is time.
        assertThat(app.ship("two").all()).doesNotContain("accept its terms", "Requesting a certificate");
        String workers = workers(droplet);
        acme.timer();
        assertThat(TestAcme.certificate(droplet, "auto.tea-shop.net")).isEqualTo(first);
        assertThat(workers(droplet)).as("no reload").isEqualTo(workers);

        // Three months later, while nobody can see the app.
        app.must("maintenance", "on");
        app.must("scale", "web=0");
        app.must("stop");
        acme.expire("auto", "auto.tea-shop.net");
        acme.timer();
        String second = TestAcme.certificate(droplet, "auto.tea-shop.net");
        assertThat(second).contains("Pebble Intermediate").isNotEqualTo(first);
        app.must("start");
        app.must("scale", "web=1");
        app.must("maintenance", "off");

        // Back to HTTP, for as long as somebody wants it so.
        app.must("ssl", "remove", "auto.tea-shop.net");
        acme.timer();
        assertThat(redirect(droplet, "auto.tea-shop.net")).contains("200").doesNotContain("308");
        assertThat(app.must("ssl", "add", "auto.tea-shop.net").all()).contains("https://auto.tea-shop.net:");
        assertThat(TestAcme.certificate(droplet, "auto.tea-shop.net")).contains("Pebble Intermediate");
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
        acme.dns("late.tea-shop.net", "127.0.0.1");
        acme.dns("refused.tea-shop.net", "127.0.0.1");
        acme.timer();
        assertThat(app.must("ssl", "--json").out()).as("its pause is not over").contains("the name does not resolve");
        droplet.must("rm /var/lib/pocketpaas/apps/patient/automatic/*/next");
        acme.timer();
        assertThat(TestAcme.certificate(droplet, "late.tea-shop.net")).contains("DNS:late.tea-shop.net");
        assertThat(redirect(droplet, "refused.tea-shop.net")).contains("200");
        String tries = "cat /var/lib/pocketpaas/apps/patient/automatic/refused.tea-shop.net/tries";
        assertThat(droplet.must(tries).out()).isEqualTo("1");
        acme.timer();
        assertThat(droplet.must(tries).out())
                .as("not asked again before its time")
                .isEqualTo("1");
        Seen now = app.pocketpaas("ssl", "add", "refused.tea-shop.net");
        assertThat(now.exit()).as(now.toString()).isEqualTo(5);
        assertThat(now.err()).contains("no certificate for refused.tea-shop.net yet");
        assertThat(droplet.must(tries).out()).isEqualTo("2");
        assertThat(app.ship("two").all()).contains("https://late.tea-shop.net:", "http://refused.tea-shop.net:");
        app.destroy();
    }

    @Test
    void nobodyNoticesARenewal(TestDroplet droplet) {
        acme.dns("renewed.tea-shop.net", "127.0.0.1");
        TestApp app = TestApp.create(droplet, "renewed", "domains: [renewed.tea-shop.net]");
        app.must("deploy");
        String before = TestAcme.certificate(droplet, "renewed.tea-shop.net");
        assertThat(before).contains("Pebble Intermediate");

        Load load = Load.newConnections(droplet.httpsPort(), true, "renewed.tea-shop.net", "one");
        try (load) {
            load.await(20);
            acme.expire("renewed", "renewed.tea-shop.net");
            acme.timer();
            load.await(20);
        }
        assertThat(TestAcme.certificate(droplet, "renewed.tea-shop.net"))
                .contains("Pebble Intermediate")
                .isNotEqualTo(before);
        assertThat(load.report().anomalies()).as(load.report().toString()).isEmpty();
        app.destroy();
    }

    @Test
    void offIsOffAndOnesOwnGoesBefore(TestDroplet droplet) {
        TestAuthority authority = new TestAuthority(droplet.laptop(), "authority-mixed");
        authority.leaf("own", 90, "own.tea-shop.net");
        acme.dns("mixed.tea-shop.net", "127.0.0.1");
        acme.dns("own.tea-shop.net", "127.0.0.1");
        TestApp app = TestApp.create(droplet, "mixed", "ssl: off", "domains: [mixed.tea-shop.net, own.tea-shop.net]");
        assertThat(app.must("deploy").all())
                .contains("http://mixed.tea-shop.net:")
                .doesNotContain("https://");
        app.must("ssl", "add", "--cert", authority.path("own.pem"), "--key", authority.path("own.key"));
        acme.timer();
        assertThat(redirect(droplet, "mixed.tea-shop.net")).contains("200");

        app.manifest("domains: [mixed.tea-shop.net, own.tea-shop.net]");
        app.commit("on");
        assertThat(app.must("deploy").all()).contains("https://mixed.tea-shop.net:");
        assertThat(TestAcme.certificate(droplet, "mixed.tea-shop.net")).contains("Pebble Intermediate");
        assertThat(TestAcme.certificate(droplet, "own.tea-shop.net")).contains(authority.serial("own"));
        Seen reserved = app.pocketpaas("ssl", "add", "mixed.localhost");
        assertThat(reserved.exit()).as(reserved.toString()).isEqualTo(4);
        app.destroy();
    }

    private static String workers(TestDroplet droplet) {
        return droplet.must("pgrep -fx 'nginx: worker process' | sort | xargs").out();
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
