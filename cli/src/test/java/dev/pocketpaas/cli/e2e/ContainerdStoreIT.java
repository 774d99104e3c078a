package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A host whose Docker keeps its images in containerd's store, as new installations of Docker 29 do: images of a laptop and of a registry, backups. */
@Tag("images")
class ContainerdStoreIT {
    private static final String IMAGE =
            "pocketpaas-it-store:" + ProcessHandle.current().pid();
    private static final int LARGE = 40 << 20;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** containerd has its files beside the engine's: on the droplet's own disk, an overlay, it could not stack one. */
    private static final String SWITCH = """
            docker info --format '{{.DriverStatus}}' | grep -q io.containerd.snapshotter.v1 && exit 0
            set -e
            docker save -o /var/lib/docker/stack.tar pocketpaas/stack:24
            systemctl stop docker.socket docker.service containerd.service
            mkdir -p /etc/containerd
            printf 'version = 2\\nroot = "/var/lib/docker/containerd-root"\\n' >/etc/containerd/config.toml
            python3 - <<'END'
            import json, pathlib
            file = pathlib.Path("/etc/docker/daemon.json")
            settings = json.loads(file.read_text()) if file.exists() else {}
            settings["features"] = {"containerd-snapshotter": True}
            file.write_text(json.dumps(settings))
            END
            systemctl start containerd.service docker.socket docker.service
            docker load -q -i /var/lib/docker/stack.tar
            rm /var/lib/docker/stack.tar
            docker info --format '{{.DriverStatus}}' | grep io.containerd.snapshotter.v1
            """;

    /** The images, names and containers of the host; what containerd has of them, and is just writing. */
    private static final String INVENTORY =
            "docker images --all --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | sort; docker ps --all --quiet | sort;"
                    + " ls /var/lib/docker/tmp /var/lib/pocketpaas/work/*/uploaded 2>/dev/null;"
                    + " ctr -n moby content ls -q | sort; ctr -n moby content active; ctr -n moby snapshots ls | sort";

    private static TestDroplet droplet;
    private static TestRegistry registry;
    private static Laptop laptop;
    private static Path directory;

    @BeforeAll
    static void begin() throws IOException {
        boolean chosen = !System.getProperty("pocketpaas.e2e.system", "").isEmpty();
        droplet = TestDroplet.start("-store", chosen ? List.of() : List.of("--system", "debian-13"));
        registry = TestRegistry.start(droplet);
        registry.put("team/shop:1", "one");
        registry.put("team/shop:2", "two");
        Seen switched = droplet.inside(SWITCH);
        assertThat(switched.exit()).as(switched.toString()).isZero();
        laptop = droplet.laptop();
        directory = laptop.directory("store");
    }

    @AfterAll
    static void end() throws IOException {
        laptop.run(directory, "docker", "rmi", "--force", IMAGE, IMAGE + "-large");
        registry.close();
        droplet.close();
    }

    private static void build(String name, String message, int size, long seed) throws IOException {
        ServerImage.build(laptop, directory, name, message, size, seed);
    }

    private static Seen in(Laptop who, String app, String... words) {
        return who.with("POCKETPAAS_APP", app).pocketpaas(directory, words);
    }

    private static Seen must(String app, String... words) {
        Seen seen = in(laptop.with("POCKETPAAS_HOST", droplet.name()), app, words);
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen;
    }

    private static Seen over(Wire wire, String app, String image) {
        return in(wire.laptop(droplet), app, "deploy", "--local", image, "--accept-new-host-key");
    }

    private static String body(String app) {
        return droplet.get(app, "/").body();
    }

    private static List<String> own(String app) {
        return droplet.must("docker images --quiet --no-trunc pocketpaas-app-" + app + " | sort -u")
                .out()
                .lines()
                .toList();
    }

    @Test
    void onlyWhatIsMissingIsSent() throws IOException {
        build(IMAGE, "one", 3 << 20, 1);
        try (Wire wire = Wire.to(droplet.sshPort())) {
            Seen first = over(wire, "local", IMAGE);
            assertThat(first.exit()).as(first.toString()).isZero();
            assertThat(wire.sent()).isGreaterThan(3L << 20);
        }
        assertThat(body("local")).isEqualTo("one");
        try (Wire wire = Wire.to(droplet.sshPort())) {
            assertThat(over(wire, "local", IMAGE).out()).contains("v1 is already live");
            assertThat(wire.sent()).isLessThan(20_000);
        }
        build(IMAGE, "two", 3 << 20, 1);
        try (Wire wire = Wire.to(droplet.sshPort())) {
            Seen second = over(wire, "local", IMAGE);
            assertThat(second.exit()).as(second.toString()).isZero();
            assertThat(second.err()).contains(IMAGE + " is another image than in v1");
            // The layer with the server is 5 kB as a tar.
            assertThat(wire.sent()).isLessThan(5_120 + 20_000);
        }
        assertThat(body("local")).isEqualTo("two");
        must("local", "rollback");
        assertThat(body("local")).isEqualTo("one");
        must("local", "restart");
        assertThat(body("local")).isEqualTo("one");
        must("local", "destroy", "--confirm", "local");
        assertThat(own("local")).isEmpty();
    }

    @Test
    void whatIsCutOffAnywhereLeavesNothing() throws IOException {
        build(IMAGE, "one", 1 << 20, 3);
        must("cut", "deploy", "--local", IMAGE);
        build(IMAGE + "-large", "two", LARGE, 4);
        String before = droplet.inside(INVENTORY).out();
        for (long bytes : new long[] {60_000, 2 << 20, LARGE / 2, LARGE - 1000}) {
            try (Wire wire = Wire.to(droplet.sshPort())) {
                wire.cutAfter(bytes);
                Seen cut = over(wire, "cut", IMAGE + "-large");
                assertThat(cut.exit()).as(cut.toString()).isEqualTo(3);
            }
            droplet.assertNothingLingers();
            // What nothing refers to containerd takes away a moment later.
            Polling.until(
                    PATIENCE,
                    () -> droplet.inside(INVENTORY).out().equals(before),
                    () -> "after " + bytes + ":\n" + droplet.inside(INVENTORY).out() + "\nbefore:\n" + before);
        }
        // The host's program is killed while it takes the image.
        Process process = laptop.with("POCKETPAAS_HOST", droplet.name())
                .with("POCKETPAAS_APP", "cut")
                .start(directory, directory.resolve("output"), "deploy", "--local", IMAGE + "-large");
        droplet.must(
                "for i in $(seq 1200); do pids=$(pgrep -f '[e]nter .*deploy cut .*upload') && sleep 0.2 && kill -9 $pids"
                        + " && exit 0; sleep 0.05; done; exit 1");
        assertThat(process.onExit().join().exitValue()).isNotZero();
        droplet.assertNothingLingers();
        droplet.must("systemctl start pocketpaas-notices.service");
        Polling.until(
                PATIENCE,
                () -> droplet.inside(INVENTORY).out().equals(before),
                () -> "after a kill:\n" + droplet.inside(INVENTORY).out() + "\nbefore:\n" + before);

        must("cut", "deploy", "--local", IMAGE + "-large");
        assertThat(body("cut")).isEqualTo("two");
        must("cut", "destroy", "--confirm", "cut");
        assertThat(own("cut")).isEmpty();
    }

    @Test
    void anImageOfARegistryIsAnAppAndStaysOne() {
        String shop = TestRegistry.PRIVATE.replace("5001", "5002") + "/team/shop";
        must("shop", "deploy", "--image", shop + ":1");
        assertThat(body("shop")).isEqualTo("one");
        String digest = TestDroplet.field(
                must("shop", "releases", "show", "v1", "--json").out(), "digest");
        assertThat(digest).startsWith(shop + "@sha256:");
        assertThat(must("shop", "deploy", "--image", shop + ":1").out()).contains("v1 is already live");
        must("shop", "deploy", "--image", shop + ":2");
        assertThat(body("shop")).isEqualTo("two");
        // By no name but ours is it here.
        assertThat(registry.images()).doesNotContain("team/shop");

        droplet.must("systemctl stop test-registry-in");
        must("shop", "rollback");
        assertThat(body("shop")).isEqualTo("one");
        Seen away = in(laptop.with("POCKETPAAS_HOST", droplet.name()), "shop", "deploy", "--image", shop + ":2");
        assertThat(away.exit()).isEqualTo(5);
        assertThat(away.err()).contains("cannot be reached from this host", "still serving: v3");
        must("shop", "deploy", "--image", digest);
        must("shop", "destroy", "--confirm", "shop");
        assertThat(own("shop")).isEmpty();
        droplet.must(
                "systemd-run --quiet --collect --unit test-registry-in docker-registry serve /srv/registry/in.yml");
    }

    @Test
    void imagesOfOldReleasesGo() throws IOException {
        droplet.must("printf 2 >/var/lib/pocketpaas/host/keep-releases");
        try {
            List<String> flat = new ArrayList<>();
            for (int n = 1; n <= 5; n++) {
                build(IMAGE, "number " + n, 1 << 20, 5);
                must("kept", "deploy", "--local", IMAGE);
                flat.add(body("kept"));
            }
            assertThat(flat).containsExactly("number 1", "number 2", "number 3", "number 4", "number 5");
            Polling.until(PATIENCE, () -> own("kept").size() == 2, () -> "images: " + own("kept"));
            assertThat(in(laptop.with("POCKETPAAS_HOST", droplet.name()), "kept", "rollback", "v2")
                            .err())
                    .contains("the image of v2 is no longer on the host");
            must("kept", "rollback");
            assertThat(body("kept")).isEqualTo("number 4");
            must("kept", "destroy", "--confirm", "kept");
            assertThat(own("kept")).isEmpty();
        } finally {
            droplet.must("rm -f /var/lib/pocketpaas/host/keep-releases");
        }
    }

    @Test
    void aBackupHasTheImage() throws IOException {
        build(IMAGE, "one", 1 << 20, 6);
        must("saved", "deploy", "--local", IMAGE);
        droplet.must("mkdir -p /srv/backups");
        must("saved", "backups", "destination", "/srv/backups/store");
        try {
            must("saved", "backups", "create", "saved");
            String backup = droplet.must("cat /var/lib/pocketpaas/apps/saved/backup/id")
                    .out()
                    .strip();
            must("saved", "backups", "drill", "saved");
            must("saved", "destroy", "--confirm", "saved");
            assertThat(own("saved")).isEmpty();

            must("saved", "backups", "restore", backup, "--confirm", "saved");
            assertThat(body("saved")).isEqualTo("one");
            assertThat(own("saved")).hasSize(1);
            // It is as any other: a changed image is another release, and this one comes back.
            build(IMAGE, "two", 1 << 20, 6);
            must("saved", "deploy", "--local", IMAGE);
            assertThat(body("saved")).isEqualTo("two");
            must("saved", "rollback");
            assertThat(body("saved")).isEqualTo("one");
            must("saved", "destroy", "--confirm", "saved");
        } finally {
            in(laptop.with("POCKETPAAS_HOST", droplet.name()), "saved", "backups", "destination", "none");
            droplet.must("rm -rf /srv/backups");
        }
    }
}
