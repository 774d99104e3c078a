package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Certificates and names change under load: whoever makes a connection for each request notices nothing on a name that stays. */
@ExtendWith(TestDroplet.Shared.class)
class TlsLoadIT {
    @Test
    void aNameThatStaysAnswersWhateverChangesAroundIt(TestDroplet droplet) {
        TestAuthority authority = new TestAuthority(droplet.laptop(), "authority-load");
        authority.leaf("first", 90, "stays.example.com");
        authority.leaf("second", 90, "stays.example.com");
        authority.leaf("side", 90, "side.example.com");
        TestApp app = TestApp.create(
                droplet, "loaded", "domains: [stays.example.com, side.example.com, plain.example.com]", "ssl: off");
        app.must("deploy");
        add(app, authority, "first");
        add(app, authority, "side");

        Load secure = Load.newConnections(droplet.httpsPort(), true, "stays.example.com", "one");
        Load plain = Load.newConnections(droplet.httpPort(), false, "plain.example.com", "one");
        try (secure;
                plain) {
            secure.await(10);
            add(app, authority, "second");
            secure.await(10);
            app.must("domains", "add", "more.example.com", "even-more.example.com");
            app.must("domains", "remove", "more.example.com");
            app.must("ssl", "remove", "side.example.com");
            secure.await(10);
            add(app, authority, "side");
            secure.await(10);
            plain.await(10);
        }
        assertThat(secure.report().anomalies()).as(secure.report().toString()).isEmpty();
        assertThat(plain.report().anomalies()).as(plain.report().toString()).isEmpty();
        app.destroy();
    }

    private static void add(TestApp app, TestAuthority authority, String name) {
        app.must("ssl", "add", "--cert", authority.path(name + ".pem"), "--key", authority.path(name + ".key"));
    }
}
