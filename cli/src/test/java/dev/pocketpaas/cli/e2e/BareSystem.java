package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A computer of somebody new: a minimal system in a container, with neither Java nor Maven, and the user ada. It shares the network of this machine, so
 * it reaches the droplet.
 */
final class BareSystem implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    /** Everything but what the kernel makes, and lists and logs of the system's own package tools. */
    private static final String FILES =
            "find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /packages -o -path /var/cache -o -path /var/log "
                    + "-o -path /var/lib/apt -o -path /var/lib/dpkg \\) -prune -o -print | sort";

    private final String container = "pocketpaas-bare-" + UUID.randomUUID();

    /** Starts a system from {@code image}, with {@code packages} in its directory /packages. */
    BareSystem(String image, Path packages) {
        Seen started = host(
                "docker",
                "run",
                "--detach",
                "--name",
                container,
                "--network",
                "host",
                "--volume",
                packages + ":/packages:ro",
                image,
                "sleep",
                "infinity");
        assertThat(started.exit()).as("%s", started).isZero();
        must("root", "useradd --create-home --shell /bin/bash ada");
        assertThat(asRoot("command -v java || command -v mvn").exit())
                .as("there is no Java")
                .isNotZero();
    }

    /** What {@code script} does as root. */
    Seen asRoot(String script) {
        return run("root", script);
    }

    /** What {@code script} does as ada. */
    Seen asAda(String script) {
        return run("ada", script);
    }

    /** What {@code script} prints, which must not fail. */
    String must(String user, String script) {
        Seen seen = run(user, script);
        assertThat(seen.exit()).as("%s", seen).isZero();
        return seen.out();
    }

    /** Every file of the system, one a line. */
    List<String> files() {
        return must("root", FILES).lines().toList();
    }

    /** Files that are there now and were not {@code before}. */
    List<String> newSince(List<String> before) {
        List<String> now = new ArrayList<>(files());
        now.removeAll(before);
        return now;
    }

    /** Copies {@code from} of this machine to {@code to}, ada's. */
    void copy(Path from, String to) {
        Seen seen = host("docker", "cp", from.toString(), container + ":" + to);
        assertThat(seen.exit()).as("%s", seen).isZero();
        must("root", "chown -R ada: " + to);
    }

    private Seen run(String user, String script) {
        String home = user.equals("root") ? "/root" : "/home/" + user;
        return host(
                "docker",
                "exec",
                "--user",
                user,
                "--env",
                "HOME=" + home,
                "--workdir",
                home,
                container,
                "bash",
                "-c",
                script);
    }

    /** Runs a program of this machine. */
    static Seen host(String... command) {
        return Shell.run(Path.of("/"), Map.copyOf(System.getenv()), LIMIT, new byte[0], List.of(command));
    }

    @Override
    public void close() {
        host("docker", "rm", "--force", "--volumes", container);
    }
}
