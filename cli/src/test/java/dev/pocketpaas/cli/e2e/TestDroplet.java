package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A throw-away droplet made and initialised by the program itself ({@code sandbox up}), shared by all test classes of a run and removed at its
 * end. Each class works with apps of its own.
 */
final class TestDroplet implements AutoCloseable {
    private static final String PROCESS = "process-";

    private final Path directory;
    private final Laptop laptop;
    private final String name;
    private final int httpPort;
    private final int httpsPort;
    private final int sshPort;
    private final String container;

    private final boolean kept;
    private final boolean alone;
    /** The number of its first process, empty where it is not known yet. */
    private String process = "";

    private TestDroplet(Path directory, Laptop laptop, String name, boolean kept, boolean alone, List<String> options) {
        this.alone = alone;
        this.directory = directory;
        this.laptop = laptop;
        this.name = name;
        this.kept = kept;
        if (kept) {
            KeptDroplet.hold(name);
        }
        List<String> words = new ArrayList<>(List.of("sandbox", "up", "--name", name));
        // The profile debian-13 sets it: -Dpocketpaas.e2e.system=SYSTEM
        String system = System.getProperty("pocketpaas.e2e.system", "");
        if (!system.isEmpty()) {
            words.addAll(List.of("--system", system));
        }
        words.addAll(options);
        Seen up = laptop.pocketpaas(laptop.home(), words.toArray(String[]::new));
        if (up.exit() != 0) {
            throw new AssertionError("the sandbox droplet did not come up\n" + up);
        }
        String listed =
                laptop.pocketpaas(laptop.home(), "sandbox", "list", "--json").out();
        String own = listed.substring(listed.indexOf('"' + name + '"'));
        this.httpPort = Integer.parseInt(field(own, "http_port"));
        this.httpsPort = Integer.parseInt(field(own, "https_port"));
        this.sshPort = Integer.parseInt(field(own, "ssh_port"));
        this.container = "pocketpaas-sandbox-" + name;
        if (kept) {
            inside("cd /var/lib/pocketpaas/apps 2>/dev/null && ls || :")
                    .out()
                    .lines()
                    .forEach(app -> laptop.pocketpaas(
                            laptop.home(), "--host", name, "--app", app, "destroy", "--confirm", app, "--volumes"));
        }
    }

    static TestDroplet start() {
        return start("", List.of());
    }

    /** One more, for a class of its own: {@code suffix} goes behind the name, {@code options} to {@code sandbox up}. */
    static TestDroplet start(String suffix, List<String> options) {
        try {
            // Whoever works on these tests keeps a droplet from run to run: -Dpocketpaas.e2e.keep=DIRECTORY; with
            // another name for each of several at once: -Dpocketpaas.e2e.name=NAME
            String keep = System.getProperty("pocketpaas.e2e.keep", "");
            // Where several processes run tests, each after the first has a droplet of its own.
            String process = System.getProperty("pocketpaas.e2e.process", PROCESS + 1);
            String own = process.equals(PROCESS + 1) ? "" : "-" + process.substring(PROCESS.length());
            Path directory = keep.isEmpty()
                    ? Files.createTempDirectory("pocketpaas-e2e")
                    : Files.createDirectories(Path.of(keep + own));
            return new TestDroplet(
                    directory,
                    Laptop.create(directory, "ada"),
                    (keep.isEmpty()
                                    ? "e2e-" + ProcessHandle.current().pid()
                                    : System.getProperty("pocketpaas.e2e.name", "e2e-kept") + own)
                            + suffix,
                    !keep.isEmpty(),
                    true,
                    options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One more that the laptop of {@code first} knows, too. */
    static TestDroplet beside(TestDroplet first, String suffix, List<String> options) {
        return new TestDroplet(first.directory, first.laptop, first.name + suffix, first.kept, false, options);
    }

    /** The value of a string or number field in a JSON text; the tests of the renderers check the form. */
    static String field(String json, String field) {
        Matcher m =
                Pattern.compile("\"" + field + "\"\\s*:\\s*\"?([^\",}\\s]+)").matcher(json);
        if (!m.find()) {
            throw new AssertionError("no field " + field + " in " + json);
        }
        return m.group(1);
    }

    /** The laptop of the droplet's first admin. */
    Laptop laptop() {
        return laptop;
    }

    /** Another laptop with a key of its own that the host does not know. */
    Laptop stranger(String who) {
        return Laptop.create(directory, who);
    }

    /** The private key of the droplet's first admin. */
    Path identity() {
        return laptop.home().resolve(".local/state/pocketpaas/sandbox/" + name + "/id_ed25519");
    }

    /** What {@code GIT_SSH_COMMAND} must be, so that stock git uses the sandbox's own key. */
    String gitSsh() {
        return "ssh -i " + identity()
                + " -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";
    }

    /** The name by which the program knows the host. */
    String name() {
        return name;
    }

    int sshPort() {
        return sshPort;
    }

    int httpsPort() {
        return httpsPort;
    }

    int httpPort() {
        return httpPort;
    }

    /** The answer of {@code app} through nginx, by the app's name. */
    Answer get(String app, String path) {
        return fetch(app + ".localhost", path);
    }

    /** The answer for any host name. */
    Answer fetch(String hostName, String path) {
        Seen seen = Shell.run(
                directory,
                Map.of("PATH", System.getenv("PATH")),
                Duration.ofSeconds(70),
                new byte[0],
                List.of(
                        "curl",
                        "-s",
                        "--max-time",
                        "60",
                        "-w",
                        "\n%{http_code}",
                        "-H",
                        "Host: " + hostName,
                        "http://127.0.0.1:" + httpPort + path));
        int newline = seen.out().lastIndexOf('\n');
        return new Answer(
                Integer.parseInt(seen.out().substring(newline + 1)), seen.out().substring(0, Math.max(newline, 0)));
    }

    /**
     * What a browser would get.
     *
     * @param status the HTTP status, 0 when there was no answer
     * @param body the body
     */
    record Answer(int status, String body) {}

    /** Runs a command as root inside the droplet, beside PocketPaaS, to look at what is really there. */
    Seen inside(String script) {
        return inside(script, new byte[0]);
    }

    /** The same with something on its standard input. */
    Seen inside(String script, byte[] stdin) {
        List<String> command = new ArrayList<>(entrance());
        command.addAll(List.of("bash", "-c", script));
        return Shell.run(directory, Map.of("PATH", System.getenv("PATH")), Duration.ofMinutes(3), stdin, command);
    }

    /** The same, where it has to end well. */
    Seen must(String script) {
        Seen seen = inside(script);
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen;
    }

    /** How a command gets into the droplet. Where we may, without the engine: that costs a seventh, and tests look inside a thousand times. */
    private List<String> entrance() {
        if (!System.getProperty("user.name").equals("root") || System.getenv("DOCKER_HOST") != null) {
            return List.of("docker", "exec", "-i", container);
        }
        if (process.isEmpty()) {
            process = engine("inspect", "--format", "{{.State.Pid}}", container).strip();
        }
        return List.of(
                "nsenter",
                "--target",
                process,
                "--all",
                "env",
                "-i",
                "HOME=/root",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }

    /** Turns the droplet off and on again. */
    void reboot() {
        engine("restart", "-t", "60", container);
        process = "";
    }

    /** Off, without any warning. */
    void powerCut() {
        engine("kill", "--signal", "KILL", container);
    }

    void powerOn() {
        engine("start", container);
        process = "";
    }

    private String engine(String... words) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(words));
        Seen seen = Shell.run(
                directory, Map.of("PATH", System.getenv("PATH")), Duration.ofMinutes(3), new byte[0], command);
        if (seen.exit() != 0) {
            throw new AssertionError("failed:\n" + seen);
        }
        return seen.out();
    }

    /** Waits until what has to be done at a start has been done, and well: the unit runs once, so it is never "active" for long. */
    void awaitBoot() {
        Polling.until(
                Duration.ofSeconds(150),
                () -> inside(
                                "systemctl show pocketpaas-boot.service -p ActiveState -p Result -p ExecMainExitTimestampMonotonic")
                        .out()
                        .matches("(?s)(?!.*Monotonic=0\\n)(?=.*Result=success\\n).*ActiveState=inactive\\n.*"),
                () -> inside("systemctl status pocketpaas-boot.service --no-pager")
                        .all());
    }

    /**
     * Processes of ours that are there though no client is any more, one a line: whatever an SSH connection has started (and the connection), and host
     * programs anywhere but in a unit with a time limit of its own (what drains, and the host's timers).
     */
    String lingering() {
        Seen seen = inside("""
                me=$$
                for dir in /proc/[0-9]*; do
                    pid=${dir##*/}
                    line=$(tr '\\0' ' ' 2>/dev/null <"$dir/cmdline") || continue
                    unit=$(sed -n 's/^[0-9]*:\\(name=systemd\\|\\):.*\\(\\/[^/]*\\)$/\\2/p' "$dir/cgroup" 2>/dev/null | head -n 1)
                    case $unit in
                        /pocketpaas-work-*) ;;
                        /pocketpaas-*) continue ;;
                        /ssh.service | /sshd.service) [[ $line != *sshd*listener* ]] || continue ;;
                        /ssh@*.service | /session-*.scope) ;;
                        *) [[ $line == *"/usr/local/lib/pocketpaas/"* ]] || continue ;;
                    esac
                    [[ $pid != "$me" && $(ps -o ppid= -p "$pid" 2>/dev/null | tr -d ' ') != "$me" ]] || continue
                    ps -o pid=,ppid=,stat=,etimes=,args= -p "$pid" 2>/dev/null | sed "s,$, [${unit#/}],"
                done
                true
                """);
        if (seen.exit() != 0) {
            throw new AssertionError("it cannot be looked what lingers\n" + seen);
        }
        return seen.out();
    }

    /** Fails where a process of ours outlives its client. One that has just been left is given time to notice it, and work that goes on to end. */
    void assertNothingLingers() {
        Polling.until(
                Duration.ofMinutes(2),
                () -> lingering().isEmpty(),
                () -> "these processes outlive their client:\n" + lingering());
    }

    /** Waits until the droplet's own engine answers. */
    void awaitEngine() {
        Polling.until(
                Duration.ofSeconds(60),
                () -> inside("timeout 5 docker version").exit() == 0,
                () -> inside("systemctl status docker --no-pager").all());
    }

    @Override
    public void close() throws IOException {
        try {
            assertNothingLingers();
        } finally {
            remove();
        }
    }

    /** Whether it stays when it is closed, for the next run. */
    boolean isKept() {
        return kept;
    }

    private void remove() throws IOException {
        if (kept) {
            return;
        }
        Seen down = laptop.pocketpaas(laptop.home(), "sandbox", "down", "--name", name, "--confirm", name);
        if (alone) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
        if (down.exit() != 0) {
            throw new AssertionError("the sandbox droplet did not go away\n" + down);
        }
    }

    /**
     * Hands the one shared droplet to every test class that asks for it. After each class nothing of ours lingers there, and what was printed meanwhile
     * were our own words.
     */
    static final class Shared implements ParameterResolver, AfterAllCallback {
        private static final ExtensionContext.Namespace NAMESPACE =
                ExtensionContext.Namespace.create(TestDroplet.class);

        @Override
        public void afterAll(ExtensionContext context) {
            OwnWords.checkStarted();
            TestDroplet droplet = store(context).get("droplet", TestDroplet.class);
            if (droplet != null) {
                droplet.assertNothingLingers();
            }
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == TestDroplet.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return store(context).getOrComputeIfAbsent("droplet", key -> first(), TestDroplet.class);
        }

        /** Of the whole process: where several run, JUnit is started anew for each class. */
        private static ExtensionContext.Store store(ExtensionContext context) {
            return context.getStore(ExtensionContext.StoreScope.LAUNCHER_SESSION, NAMESPACE);
        }

        /** The droplet of this process. One process at a time: on a new machine the first makes the images that the others start from. */
        private static TestDroplet first() {
            try (FileChannel file = FileChannel.open(
                            Path.of("target", "droplet.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = file.lock()) {
                return start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
