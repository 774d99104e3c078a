package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Images of this machine's engine: only what is missing is sent, counted on the wire, and an upload that is cut off anywhere leaves nothing. */
@Tag("images")
@ExtendWith(TestDroplet.Shared.class)
class LocalImageIT {
    private static final String IMAGE =
            "pocketpaas-it-local:" + ProcessHandle.current().pid();
    private static final int LARGE = 60 << 20;
    /** The images, names and containers of the host, and what an upload would leave. */
    private static final String INVENTORY =
            "docker images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | sort;"
                    + " docker ps --all --no-trunc --format '{{.ID}}' | sort; ls /var/lib/docker/tmp /var/lib/pocketpaas/work/*/uploaded 2>/dev/null; true";

    private static Path directory;
    private static Laptop laptop;

    @BeforeAll
    static void begin(TestDroplet droplet) {
        laptop = droplet.laptop();
        directory = laptop.directory("local-image");
    }

    @AfterAll
    static void end() {
        laptop.run(directory, "docker", "rmi", "--force", IMAGE, IMAGE + "-large");
    }

    private static void build(String name, String message, int size, long seed) throws IOException {
        ServerImage.build(laptop, directory, name, message, size, seed);
    }

    private static Seen in(Laptop who, Path where, String app, String... words) {
        return who.with("POCKETPAAS_APP", app).pocketpaas(where, words);
    }

    private static String id(String image) {
        return laptop.must(directory, "docker", "image", "inspect", "--format", "{{.Id}}", image)
                .strip();
    }

    @Test
    void onlyWhatIsMissingIsSentAndItIsAnAppAsAnyOther(TestDroplet droplet) throws IOException {
        Path empty = laptop.directory("local-empty");
        build(IMAGE, "one", 3 << 20, 1);
        String first = id(IMAGE);
        long sent;
        try (Wire wire = Wire.to(droplet.sshPort())) {
            Seen seen = in(
                    wire.laptop(droplet)
                            .with("POCKETPAAS_SSH_KEY", droplet.identity().toString()),
                    empty,
                    "local",
                    "deploy",
                    "--local",
                    IMAGE,
                    "--accept-new-host-key");
            assertThat(seen.exit()).as(seen.toString()).isZero();
            assertThat(seen.err()).contains("Sending the image");
            sent = wire.sent();
        }
        // The base came with the sandbox.
        assertThat(sent).isBetween(3L << 20, (3L << 20) + 300_000);
        assertThat(droplet.get("local", "/").body()).isEqualTo("one");
        Laptop host = laptop.with("POCKETPAAS_HOST", droplet.name());
        assertThat(TestDroplet.field(
                        in(host, empty, "local", "releases", "show", "v1", "--json")
                                .out(),
                        "digest"))
                .isEqualTo(first);

        try (Wire wire = Wire.to(droplet.sshPort())) {
            Seen again = in(wire.laptop(droplet), empty, "local", "deploy", "--local", IMAGE, "--accept-new-host-key");
            assertThat(again.out()).as(again.toString()).contains("v1 is already live");
            assertThat(wire.sent()).isLessThan(20_000);
        }
        build(IMAGE, "two", 3 << 20, 1);
        try (Wire wire = Wire.to(droplet.sshPort())) {
            Seen second = in(wire.laptop(droplet), empty, "local", "deploy", "--local", IMAGE, "--accept-new-host-key");
            assertThat(second.exit()).as(second.toString()).isZero();
            assertThat(second.err()).contains(IMAGE + " is another image than in v1");
            // The layer with the server is 5 kB as a tar.
            assertThat(wire.sent()).isLessThan(5_120 + 20_000);
        }
        assertThat(droplet.get("local", "/").body()).isEqualTo("two");
        Seen none = in(host, empty, "local", "deploy", "--local", "pocketpaas-it-none:1");
        assertThat(none.exit()).as(none.toString()).isEqualTo(4);
        assertThat(none.err()).contains("docker cannot give out the image pocketpaas-it-none:1");

        assertThat(in(host, empty, "local", "rollback").exit()).isZero();
        assertThat(droplet.get("local", "/").body()).isEqualTo("one");
        assertThat(droplet.inside(INVENTORY).out()).doesNotContain("upload-").contains(first);
        assertThat(in(host, empty, "local", "destroy", "--confirm", "local").exit())
                .isZero();
        assertThat(droplet.inside(INVENTORY).out()).doesNotContain(first);
    }

    @Test
    void aDeployKeyGetsNoLayerOfAnotherApp(TestDroplet droplet) throws IOException {
        Path empty = laptop.directory("local-key");
        build(IMAGE, "one", 3 << 20, 2);
        Laptop host = laptop.with("POCKETPAAS_HOST", droplet.name());
        assertThat(in(host, empty, "local-other", "deploy", "--local", IMAGE).exit())
                .isZero();
        assertThat(in(host, empty, "local-own", "deploy", "--local", IMAGE).exit())
                .isZero();
        assertThat(in(host, empty, "local-own", "destroy", "--confirm", "local-own")
                        .exit())
                .isZero();
        TestApp app = TestApp.create(droplet, "local-own");
        app.must("deploy");
        Seen key = app.pocketpaas("keys", "add", "local-ci", "--app", "local-own", "--generate");
        assertThat(key.exit()).isZero();
        Path file = empty.resolve("key");
        Files.writeString(file, key.out());
        assertThat(file.toFile().setReadable(false, false)).isTrue();
        assertThat(file.toFile().setReadable(true, true)).isTrue();
        try (Wire wire = Wire.to(droplet.sshPort())) {
            Laptop ci = wire.laptop(droplet).with("POCKETPAAS_SSH_KEY", file.toString());
            Seen seen = in(ci, empty, "local-own", "deploy", "--local", IMAGE, "--accept-new-host-key");
            assertThat(seen.exit()).as(seen.toString()).isZero();
            // All of it, though another app has the very same image.
            assertThat(wire.sent()).isGreaterThan(3L << 20);
        }
        assertThat(droplet.get("local-own", "/").body()).isEqualTo("one");
        app.must("keys", "remove", "local-ci");
        app.destroy();
        assertThat(in(host, empty, "local-other", "destroy", "--confirm", "local-other")
                        .exit())
                .isZero();
    }

    @Test
    void whatIsCutOffAnywhereLeavesNothing(TestDroplet droplet) throws IOException {
        Path empty = laptop.directory("local-cut");
        build(IMAGE, "one", 1 << 20, 3);
        Laptop host = laptop.with("POCKETPAAS_HOST", droplet.name());
        assertThat(in(host, empty, "local-cut", "deploy", "--local", IMAGE).exit())
                .isZero();
        build(IMAGE + "-large", "two", LARGE, 4);
        String before = droplet.inside(INVENTORY).out();
        for (long bytes : new long[] {60_000, 2 << 20, LARGE / 2, LARGE - 1000}) {
            try (Wire wire = Wire.to(droplet.sshPort())) {
                wire.cutAfter(bytes);
                Seen cut = in(
                        wire.laptop(droplet),
                        empty,
                        "local-cut",
                        "deploy",
                        "--local",
                        IMAGE + "-large",
                        "--accept-new-host-key");
                assertThat(cut.exit()).as(cut.toString()).isEqualTo(3);
            }
            droplet.assertNothingLingers();
            assertThat(droplet.inside(INVENTORY).out()).as("after " + bytes).isEqualTo(before);
        }

        // The host's program is killed while it takes the image; then the deploy's unit, when it has just begun.
        for (String victim : new String[] {"enter", "unit"}) {
            Path output = empty.resolve("output");
            Process process = host.with("POCKETPAAS_APP", "local-cut")
                    .start(empty, output, "deploy", "--local", IMAGE + "-large");
            Seen killed = droplet.inside(kill(victim));
            assertThat(killed.exit()).as(killed.toString()).isZero();
            assertThat(process.onExit().join().exitValue()).isNotZero();
            droplet.assertNothingLingers();
            droplet.inside("systemctl start pocketpaas-notices.service");
            // What a killed unit had made is reconciled by the next command of the app.
            assertThat(in(host, empty, "local-cut", "restart").exit()).isZero();
            assertThat(droplet.inside(INVENTORY).out())
                    .as("after a kill of " + victim)
                    .doesNotContain("upload-", id(IMAGE + "-large"), "docker-import");
            assertThat(droplet.get("local-cut", "/").body()).isEqualTo("one");
        }

        // And then it works.
        Seen whole = in(host, empty, "local-cut", "deploy", "--local", IMAGE + "-large");
        assertThat(whole.exit()).as(whole.toString()).isZero();
        assertThat(droplet.get("local-cut", "/").body()).isEqualTo("two");
        assertThat(in(host, empty, "local-cut", "destroy", "--confirm", "local-cut")
                        .exit())
                .isZero();
        assertThat(droplet.inside(INVENTORY).out()).doesNotContain(id(IMAGE), id(IMAGE + "-large"), "upload-");
    }

    /** No layer is held in memory. */
    @Test
    void aLayerOfAGigabyteTakesNoMoreMemoryThanASmallOne(TestDroplet droplet) throws Exception {
        Path where = laptop.directory("local-huge");
        ServerImage.buildOfZeros(laptop, where, IMAGE + "-huge", "huge", "1G");
        try {
            Process process = laptop.with("POCKETPAAS_HOST", droplet.name())
                    .with("POCKETPAAS_APP", "local-huge")
                    .start(where, where.resolve("output"), "deploy", "--local", IMAGE + "-huge");
            long most = 0;
            while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
                most = Math.max(most, resident(process.pid()));
            }
            assertThat(process.exitValue())
                    .as(Files.readString(where.resolve("output")))
                    .isZero();
            assertThat(droplet.get("local-huge", "/").body()).isEqualTo("huge");
            assertThat(most).as("bytes of memory at once").isBetween(20L << 20, 200L << 20);
        } finally {
            laptop.run(where, "docker", "rmi", "--force", IMAGE + "-huge");
        }
        assertThat(in(
                                laptop.with("POCKETPAAS_HOST", droplet.name()),
                                where,
                                "local-huge",
                                "destroy",
                                "--confirm",
                                "local-huge")
                        .exit())
                .isZero();
    }

    /** What a process has in memory, in bytes; 0 for one that has gone. */
    private static long resident(long process) {
        try {
            return Files.readAllLines(Path.of("/proc/" + process + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .sum();
        } catch (IOException | java.io.UncheckedIOException gone) {
            return 0;
        }
    }

    /** Waits in the droplet until there is what is to be killed: it is soon over. */
    private static String kill(String victim) {
        String attempt = victim.equals("enter")
                ? "[ -z \"$(ls /var/lib/docker/tmp)\" ] || { pids=$(pgrep -f '[e]nter .*deploy local-cut .*upload') && kill -9 $pids && exit 0; }"
                : "unit=$(systemctl list-units --plain --no-legend 'pocketpaas-work-*' | awk '{print $1; exit}');"
                        + " [ -z \"$unit\" ] || { systemctl kill --signal KILL \"$unit\" && exit 0; }";
        return "for i in $(seq 1200); do " + attempt + "; sleep 0.05; done; exit 1";
    }
}
