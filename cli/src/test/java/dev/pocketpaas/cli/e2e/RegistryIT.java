package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Why an image is not given out, each told apart with its way out while the old release serves; whose login is whose; what is left behind. */
@Tag("images")
@ExtendWith(TestDroplet.Shared.class)
class RegistryIT {
    private static TestRegistry registry;
    private static TestApp app;

    @BeforeAll
    static void begin(TestDroplet droplet) {
        registry = TestRegistry.start(droplet);
        registry.put("team/shop:1", "one");
        app = ownCommand(TestApp.create(droplet, "images"));
        login(droplet, "right", TestRegistry.PRIVATE);
        app.must("deploy", "--image", TestRegistry.PRIVATE + "/team/shop:1");
        assertThat(app.get("/").body()).isEqualTo("one");
    }

    @AfterAll
    static void end(TestDroplet droplet) {
        app.destroy();
        registry.close();
        droplet.inside("rm -rf /var/lib/pocketpaas/registries");
    }

    /** What its image runs. */
    private static TestApp ownCommand(TestApp app) {
        app.write("Procfile", "");
        app.commit("the image's own command");
        return app;
    }

    private static Seen login(TestDroplet droplet, String password, String... words) {
        String[] all = new String[words.length + 4];
        all[0] = "registries";
        all[1] = "login";
        all[2] = "--user";
        all[3] = "ada";
        System.arraycopy(words, 0, all, 4, words.length);
        return droplet.laptop()
                .with("POCKETPAAS_HOST", droplet.name())
                .pocketpaas(app.directory().getParent(), password.getBytes(StandardCharsets.UTF_8), all);
    }

    private static void refused(String image, String said, String cure) {
        String releases = app.must("releases", "--json").out();
        Seen seen = app.pocketpaas("deploy", "--image", image);
        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.err()).contains(said, cure, "still serving: ").doesNotContain("Starting");
        assertThat(app.must("releases", "--json").out()).isEqualTo(releases);
        assertThat(app.get("/").status()).isEqualTo(200);
    }

    @Test
    void eachReasonIsToldApart(TestDroplet droplet) {
        app.must("deploy", "--image", TestRegistry.PRIVATE + "/team/shop:1");
        String images = registry.images();
        registry.putForArm("team/arm");
        refused(
                TestRegistry.PRIVATE + "/team/shop:none",
                TestRegistry.PRIVATE + " has no image team/shop:none",
                "check its name and its tag");
        refused(TestRegistry.PRIVATE + "/none/shop", "has no image none/shop:latest", "check its name and its tag");
        refused(TestRegistry.PRIVATE + "/team/arm:1", "is for linux/arm64, and this host is linux/amd64", "--platform");
        refused(TestRegistry.ODD + "/401/shop", "gives 401/shop:latest to nobody without a login", "registries login");
        refused(TestRegistry.ODD + "/403/shop", "gives 403/shop:latest to nobody without a login", "registries login");
        refused(TestRegistry.ODD + "/404/shop", "has no image 404/shop:latest", "registries login");
        refused(TestRegistry.ODD + "/429/shop", "gives out no more images for now (429", "wait, or use a login");
        refused(
                TestRegistry.ODD + "/500/shop",
                TestRegistry.ODD + " does not give out 500/shop:latest",
                "ask who runs");
        refused("127.0.0.1:5999/shop", "cannot be reached from this host: Connection refused", "firewall");
        refused("no-such-registry.invalid/shop", "there is no registry no-such-registry.invalid", "check its name");
        refused("registry.test:5443/team/shop:1", "certificate of registry.test:5443 is not valid", "certs.d");

        login(droplet, "any", TestRegistry.ODD);
        refused(TestRegistry.ODD + "/401/shop", "ada may not fetch 401/shop:latest", "give this account the right");
        refused(TestRegistry.ODD + "/403/shop", "ada may not fetch 403/shop:latest", "give this account the right");
        refused(TestRegistry.ODD + "/429/shop", "(429", "an account with a higher limit");
        registry.password("new");
        refused(
                TestRegistry.PRIVATE + "/team/shop:1",
                "does not accept the login of ada any more",
                "pocketpaas registries login " + TestRegistry.PRIVATE);
        assertThat(login(droplet, "new", TestRegistry.PRIVATE).exit()).isZero();
        assertThat(app.must("deploy", "--image", TestRegistry.PRIVATE + "/team/shop:1")
                        .out())
                .contains("already live");

        registry.password("right");
        assertThat(login(droplet, "right", TestRegistry.PRIVATE).exit()).isZero();

        // Of a login, too.
        assertThat(login(droplet, "x", "registry.test:5443").err()).contains("is not valid on this host");
        assertThat(login(droplet, "x", "no-such-registry.invalid").err()).contains("there is no registry");
        assertThat(login(droplet, "x", "127.0.0.1:5999").err()).contains("cannot be reached");
        assertThat(registry.images()).isEqualTo(images);
    }

    @Test
    void aLoginOfOneAppIsOfNoUseToAnother(TestDroplet droplet) throws IOException {
        TestApp other = TestApp.create(droplet, "images-other");
        other.must("deploy");
        ownCommand(other);
        droplet.inside("rm -rf /var/lib/pocketpaas/registries");
        assertThat(login(droplet, "right", TestRegistry.PRIVATE, "--app", "images")
                        .exit())
                .isZero();
        registry.put("team/secret:1", "secret");
        app.must("deploy", "--image", TestRegistry.PRIVATE + "/team/secret:1");
        // Of a run before, on a droplet that is kept.
        other.pocketpaas("keys", "remove", "images-ci");
        Seen generated = other.must("keys", "add", "images-ci", "--app", "images-other", "--generate");
        Path key = other.laptop().home().resolve("images-key");
        Files.writeString(key, generated.out().substring(generated.out().indexOf("-----BEGIN")));
        other.laptop().must(other.laptop().home(), "chmod", "600", key.toString());
        Laptop ci = droplet.stranger("images-ci")
                .with("POCKETPAAS_SSH_KEY", key.toString())
                .with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());

        // Neither from the registry, nor by what the host has of it.
        String[] image = droplet.inside("docker inspect --format '{{.Image}} {{.Config.Image}}'"
                        + " $(docker ps -q --filter label=pocketpaas.app=images)")
                .out()
                .strip()
                .split(" ");
        String name = droplet.inside(
                        "docker images --format '{{.Repository}}:{{.Tag}}' pocketpaas-app-images | head -n 1")
                .out()
                .strip();
        String digest = droplet.inside("cat /var/lib/pocketpaas/apps/images/live/release/digest")
                .out();
        for (String stolen : new String[] {TestRegistry.PRIVATE + "/team/secret:1", digest, name}) {
            Seen seen = ci.pocketpaas(other.directory(), "--accept-new-host-key", "deploy", "--image", stolen);
            assertThat(seen.exit()).as(stolen + seen).isEqualTo(5);
            assertThat(seen.err()).containsAnyOf("to nobody without a login", "is part of another app");
        }
        for (String from : new String[] {image[0], image[0].substring(7, 19), name}) {
            other.write("Dockerfile", "FROM " + from + "\nCMD [\"true\"]\n");
            other.commit("theft");
            Seen seen = ci.pocketpaas(other.directory(), "--accept-new-host-key", "deploy");
            assertThat(seen.exit()).as(from + seen).isEqualTo(5);
            assertThat(seen.err()).contains("part of another app");
        }
        // It may run what needs no login, and see no login of the host.
        registry.put("team/open:1", "open");
        assertThat(ci.pocketpaas(other.directory(), "deploy", "--image", "127.0.0.1:5002/team/open:1")
                        .exit())
                .isZero();
        assertThat(other.get("/").body()).isEqualTo("open");
        assertThat(ci.pocketpaas(other.directory(), "registries").exit()).isEqualTo(4);
        // The app's login goes with the app.
        app.must("keys", "remove", "images-ci");
        other.destroy();
    }

    @Test
    void whatAnImageSaysOfItselfMakesItNobodysService(TestDroplet droplet) {
        registry.put(
                "team/labels:1",
                "labels",
                "LABEL pocketpaas.service=db pocketpaas.service-generation=1 pocketpaas.run=x pocketpaas.build=images",
                "LABEL pocketpaas.app=other pocketpaas.slot=green");
        app.must("deploy", "--image", "127.0.0.1:5002/team/labels:1");
        assertThat(app.get("/").body()).isEqualTo("labels");
        assertThat(droplet.inside("for one in service=db run=x build=images app=other; do"
                                + " docker ps -q --filter label=pocketpaas.$one; done")
                        .out())
                .isEmpty();
        app.must("restart");
        assertThat(app.get("/").body()).isEqualTo("labels");
    }

    @Test
    void aFetchThatIsKilledLeavesNothing(TestDroplet droplet) {
        registry.put("team/large:1", "large", "RUN head -c 60000000 /dev/urandom >/tmp/large");
        String images = registry.images();
        String live = app.get("/").body();
        Process deploy = droplet.laptop()
                .start(
                        app.directory(),
                        app.directory().resolve("output"),
                        "deploy",
                        "--image",
                        "127.0.0.1:5002/team/large:1");
        String fetching = "/var/lib/pocketpaas/apps/images/cache/fetching";
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.inside("test -e " + fetching).exit() == 0,
                () -> droplet.inside("ls /var/lib/pocketpaas/apps/images/cache").all());
        droplet.inside("systemctl kill --signal=KILL 'pocketpaas-work-*'");
        Polling.until(Duration.ofSeconds(60), () -> !deploy.isAlive(), () -> "the client waits on");
        assertThat(app.get("/").body()).isEqualTo(live);

        // The next build begins with what that one left.
        app.must("deploy", "--image", TestRegistry.ODD.replace("5003", "5002") + "/team/shop:1");
        assertThat(droplet.inside("ls " + fetching).exit()).isNotZero();
        assertThat(registry.images().replaceAll("pocketpaas-app-images:[0-9a-f]{32}@<none>\n", ""))
                .isEqualTo(images.replaceAll("pocketpaas-app-images:[0-9a-f]{32}@<none>\n", ""));
    }

    @Test
    void imagesThatNoReleaseNeedsGo(TestDroplet droplet) {
        droplet.inside("printf 2 >/var/lib/pocketpaas/host/keep-releases");
        try {
            for (int version = 1; version <= 4; version++) {
                registry.put("team/many:" + version, "version " + version);
                app.must("deploy", "--image", "127.0.0.1:5002/team/many:" + version);
            }
            app.must("prune");
            assertThat(registry.images().lines().filter(line -> line.startsWith("pocketpaas-app-images:")))
                    .hasSizeLessThanOrEqualTo(3);
            app.must("rollback");
            assertThat(app.get("/").body()).isEqualTo("version 3");
        } finally {
            droplet.inside("rm -f /var/lib/pocketpaas/host/keep-releases");
        }
    }
}
