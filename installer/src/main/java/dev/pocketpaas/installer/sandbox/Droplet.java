package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.installer.machine.Command;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One droplet: a container with systemd and sshd. */
final class Droplet {
    private static final Duration BOOT_LIMIT = Duration.ofSeconds(90);
    /** With gigabytes of images in it, on a machine that does other things, it takes minutes to go. */
    private static final Duration STOP_LIMIT = Duration.ofMinutes(5);

    private final Engine engine;
    private final String name;
    private final String container;

    Droplet(Engine engine, String name) {
        this.engine = engine;
        this.name = name;
        this.container = SandboxLabels.container(name);
    }

    /** The droplets of {@code engine}, by name. */
    static List<DropletInfo> list(Engine engine) {
        String ids = engine.attempt("ps", "--all", "--quiet", "--filter", "label=" + SandboxLabels.LABEL)
                .text();
        return ids.lines()
                .filter(id -> !id.isBlank())
                .map(id -> info(engine, id))
                .flatMap(Optional::stream)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
    }

    /** What there is, if it is there. */
    Optional<DropletInfo> info() {
        return info(engine, container);
    }

    private static Optional<DropletInfo> info(Engine engine, String container) {
        String format = Engine.label(SandboxLabels.LABEL) + "\t" + Engine.label(SandboxLabels.SYSTEM)
                + "\t{{.State.Running}}\t" + port("22/tcp") + "\t" + port("80/tcp") + "\t" + port("443/tcp");
        String[] fields = engine.attempt("container", "inspect", "--format", format, container)
                .text()
                .split("\t", -1);
        if (fields.length != 6 || fields[0].isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new DropletInfo(
                fields[0],
                fields[1],
                Boolean.parseBoolean(fields[2]),
                Integer.parseInt(fields[3]),
                Integer.parseInt(fields[4]),
                Integer.parseInt(fields[5])));
    }

    private static String port(String inside) {
        return "{{(index (index .HostConfig.PortBindings \"" + inside + "\") 0).HostPort}}";
    }

    /** Makes and starts it from an image that runs {@code system}; returns when systemd is up. */
    DropletInfo create(String image, String system, Ports ports, @Nullable String memory) {
        List<String> words = new ArrayList<>(List.of("run", "--detach", "--name", container, "--hostname", name));
        words.addAll(List.of("--label", SandboxLabels.LABEL + "=" + name));
        words.addAll(List.of("--label", SandboxLabels.SYSTEM + "=" + system));
        words.addAll(DropletRights.options(engine.cgroupVersion()));
        words.addAll(List.of("--tmpfs", "/run", "--tmpfs", "/tmp:exec"));
        if (memory != null) {
            words.addAll(List.of("--memory", memory));
        }
        for (Map.Entry<Integer, Integer> port : ports.bindings().entrySet()) {
            words.addAll(List.of("--publish", "127.0.0.1:" + port.getKey() + ":" + port.getValue()));
        }
        words.add(image);
        engine.run("start the droplet", engine.command(words));
        awaitBoot();
        return info().orElseThrow(() -> gone());
    }

    /** Lets the holder of {@code publicKey} in as root. */
    void admit(String publicKey) {
        inside(
                "let us into the droplet",
                "umask 077; mkdir -p /root/.ssh; cat >/root/.ssh/authorized_keys",
                publicKey.getBytes(StandardCharsets.UTF_8));
        DropletInfo info = info().orElseThrow(() -> gone());
        await("its sshd does not answer", () -> greets(info.sshPort()));
    }

    /** The host's public key, as the two first fields of a known_hosts line after the name. */
    String hostKey() {
        String line = inside("read the droplet's host key", "cat /etc/ssh/ssh_host_ed25519_key.pub", new byte[0]);
        String[] fields = line.split(" ");
        return fields[0] + " " + fields[1];
    }

    /** Runs shell text in the droplet; for what a cloud's console would do, never for what {@code init host} does. */
    String inside(String purpose, String script, byte[] input) {
        return engine.run(
                purpose,
                engine.command("exec", "-i", container, "sh", "-euc", script)
                        .withInput(input)
                        .within(Duration.ofMinutes(5)));
    }

    /** A command that runs {@code script} in the droplet with the pipeline's data on its standard input. */
    Command receiving(String script) {
        return engine.command("exec", "-i", container, "sh", "-euc", script);
    }

    void start() {
        engine.run("start the droplet", engine.command("start", container));
        awaitBoot();
        DropletInfo info = info().orElseThrow(() -> gone());
        await("its sshd does not answer", () -> greets(info.sshPort()));
    }

    void stop() {
        engine.run(
                "stop the droplet",
                engine.command("stop", "--time", "20", container).within(STOP_LIMIT));
    }

    /** Removes it with its volumes. */
    void destroy() {
        engine.run(
                "remove the droplet",
                engine.command("rm", "--force", "--volumes", container).within(STOP_LIMIT));
    }

    private void awaitBoot() {
        await("systemd does not come up in it", () -> {
            String state = engine.attempt("exec", container, "systemctl", "is-system-running")
                    .text();
            return state.equals("running") || state.equals("degraded");
        });
    }

    private void await(String otherwise, BooleanSupplier condition) {
        Instant end = Instant.now().plus(BOOT_LIMIT);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw PocketException.unexpected(
                        "the droplet " + name + " was started, but " + otherwise,
                        "look at: docker logs " + container + " and docker exec " + container + " systemctl list-jobs",
                        null);
            }
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    private static boolean greets(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            socket.setSoTimeout(2000);
            byte[] start = socket.getInputStream().readNBytes(4);
            return new String(start, StandardCharsets.US_ASCII).equals("SSH-");
        } catch (IOException e) {
            return false;
        }
    }

    private PocketException gone() {
        return PocketException.unexpected("the droplet " + name + " is gone", null, null);
    }

    /**
     * Ports on this machine's loopback interface.
     *
     * @param ssh for sshd
     * @param http for nginx
     * @param https for nginx with TLS
     */
    record Ports(int ssh, int http, int https) {
        /** The given ports, and free ones for those that are 0. */
        static Ports choose(int ssh, int http) {
            try (ServerSocket a = free(ssh);
                    ServerSocket b = free(http);
                    ServerSocket c = free(0)) {
                return new Ports(a.getLocalPort(), b.getLocalPort(), c.getLocalPort());
            } catch (IOException e) {
                throw PocketException.refused(
                        "a port is already in use: " + e.getMessage(),
                        "choose another port, or let the sandbox choose");
            }
        }

        private static ServerSocket free(int port) throws IOException {
            return new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
        }

        Map<Integer, Integer> bindings() {
            return Map.of(ssh, 22, http, 80, https, 443);
        }
    }
}
