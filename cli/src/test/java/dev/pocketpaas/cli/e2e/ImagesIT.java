package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ready images of a real registry that asks for a login; {@link RegistryIT} has all the ways in which one does not give out an image. */
@ExtendWith(TestDroplet.Shared.class)
class ImagesIT {
    private static final String SHOP = TestRegistry.PRIVATE + "/team/shop:1";

    @Test
    void anImageOfAPrivateRegistryIsAnAppAndStaysOne(TestDroplet droplet) {
        Path empty = droplet.laptop().directory("ready");
        try (TestRegistry registry = TestRegistry.start(droplet)) {
            registry.put("team/shop:1", "one");
            String before = registry.images();

            // Without a login nothing is fetched; a wrong password is not kept; the right one is root's alone.
            Seen nobody = in(droplet, empty, "deploy", "--image", SHOP);
            assertThat(nobody.exit()).as(nobody.toString()).isEqualTo(6);
            assertThat(nobody.err())
                    .contains("gives team/shop:1 to nobody without a login")
                    .contains("pocketpaas registries login " + TestRegistry.PRIVATE);
            Seen wrong = login(droplet, empty, "wrong");
            assertThat(wrong.exit()).as(wrong.toString()).isEqualTo(4);
            assertThat(wrong.err()).contains("does not accept this password of ada");
            assertThat(login(droplet, empty, "right").exit()).isZero();
            assertThat(in(droplet, empty, "registries").out())
                    .contains(TestRegistry.PRIVATE, "ada", "all")
                    .doesNotContain("right");
            assertThat(droplet.inside("cd /var/lib/pocketpaas/registries; stat -c '%a %U %n' . */ */password;"
                                    + " grep -rl right /root/.docker /var/log/pocketpaas 2>/dev/null")
                            .out())
                    .isEqualTo("700 root .\n700 root " + TestRegistry.PRIVATE + "/\n600 root " + TestRegistry.PRIVATE
                            + "/password\n");

            // The digest is what runs.
            assertThat(in(droplet, empty, "deploy", "--image", SHOP).exit()).isZero();
            assertThat(droplet.get("ready", "/").body()).isEqualTo("one");
            String digest = TestDroplet.field(
                    in(droplet, empty, "releases", "show", "v1", "--json").out(), "digest");
            assertThat(digest).startsWith(TestRegistry.PRIVATE + "/team/shop@sha256:");
            assertThat(in(droplet, empty, "deploy", "--image", SHOP).out()).contains("v1 is already live");
            // By no name but ours is it here.
            assertThat(registry.images().replaceAll("pocketpaas-app-ready:[0-9a-f]{32}@<none>\n", ""))
                    .isEqualTo(before);

            // A tag that has moved is another thing, and said.
            registry.put("team/shop:1", "two");
            Seen moved = in(droplet, empty, "deploy", "--image", SHOP);
            assertThat(moved.exit()).as(moved.toString()).isZero();
            assertThat(moved.err())
                    .contains(SHOP + " is another image than in v1: " + digest.split("sha256:")[1].substring(0, 12));
            assertThat(droplet.get("ready", "/").body()).isEqualTo("two");

            // Without the registry the old release is as near as ever.
            registry.off();
            assertThat(in(droplet, empty, "rollback").exit()).isZero();
            assertThat(droplet.get("ready", "/").body()).isEqualTo("one");
            Seen away = in(droplet, empty, "deploy", "--image", SHOP);
            assertThat(away.exit()).isEqualTo(5);
            assertThat(away.err()).contains("cannot be reached from this host", "still serving: v3");
            assertThat(in(droplet, empty, "deploy", "--image", digest).exit()).isZero();
            registry.on();

            pushed(droplet, registry);
            assertThat(in(droplet, empty, "registries", "remove", TestRegistry.PRIVATE)
                            .exit())
                    .isZero();
            assertThat(in(droplet, empty, "destroy", "--confirm", "ready").exit())
                    .isZero();
            assertThat(registry.images()).isEqualTo(before);
        }
    }

    /** The manifest names the image: a push does the same as a deploy. */
    private static void pushed(TestDroplet droplet, TestRegistry registry) {
        TestApp app = TestApp.create(droplet, "ready-git", "build: { image: '" + SHOP + "' }");
        app.write("Procfile", "web: TEST_PORT=8080 perl /srv/app.pl\nworker: sleep 1000\n");
        app.commit("with processes");
        assertThat(app.must("deploy").err()).contains("worker waits: pocketpaas scale worker=1");
        assertThat(app.get("/").body()).isEqualTo("two");
        app.write("README", "more");
        app.commit("more");
        Laptop laptop = app.laptop().with("GIT_SSH_COMMAND", droplet.gitSsh());
        registry.put("team/shop:1", "three");
        Seen push = laptop.run(app.directory(), "git", "push", "pocketpaas", "main");
        assertThat(push.exit()).as(push.toString()).isZero();
        assertThat(push.all()).contains("is another image than in v1");
        assertThat(app.get("/").body()).isEqualTo("three");

        // What --image has named is not what is pushed.
        app.must("deploy", "--image", SHOP);
        app.write("README", "even more");
        app.commit("even more");
        Seen refused = laptop.run(app.directory(), "git", "push", "pocketpaas", "main");
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.all()).contains("which \"deploy --image\" named");
        app.must("deploy");
        app.destroy();
    }

    private static Seen in(TestDroplet droplet, Path directory, String... words) {
        return droplet.laptop()
                .with("POCKETPAAS_APP", "ready")
                .with("POCKETPAAS_HOST", droplet.name())
                .pocketpaas(directory, words);
    }

    private static Seen login(TestDroplet droplet, Path directory, String password) {
        return droplet.laptop()
                .with("POCKETPAAS_HOST", droplet.name())
                .pocketpaas(
                        directory,
                        (password + "\n").getBytes(StandardCharsets.UTF_8),
                        "registries",
                        "login",
                        TestRegistry.PRIVATE,
                        "--user",
                        "ada");
    }
}
