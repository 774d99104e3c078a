package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.machine.Machine;
import dev.pocketpaas.installer.machine.Outcome;
import dev.pocketpaas.installer.progress.StepReporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Finds the Docker engine of this machine; as root it installs and starts one where there is none. */
final class LocalEngine {
    private static final List<String> CLIENTS = List.of("docker", "/usr/bin/docker", "/usr/local/bin/docker");
    private static final Duration START_LIMIT = Duration.ofSeconds(40);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

    private final Commands commands;
    private final Machine machine;
    private final StepReporter progress;
    private final Path workDirectory;

    LocalEngine(Commands commands, Machine machine, StepReporter progress, Path workDirectory) {
        this.commands = commands;
        this.machine = machine;
        this.progress = progress;
        this.workDirectory = workDirectory;
    }

    /** The engine if one answers now; nothing is installed or started. */
    Optional<Engine> running() {
        return CLIENTS.stream()
                .filter(client -> answer(client).ok())
                .findFirst()
                .map(client -> new Engine(commands, client));
    }

    /** An engine that answers. */
    Engine ensure() {
        Optional<Engine> running = running();
        if (running.isPresent()) {
            return running.get();
        }
        refuseWhereNotAllowed();
        if (!machine.has("dockerd")) {
            machine.ensurePackages(List.of("docker.io", "iptables"), "to run the sandbox");
        }
        if (!machine.has("docker")) {
            // Since Debian 13 the client is a package of its own.
            machine.ensurePackages(List.of("docker-cli"), "to run the sandbox droplet");
        }
        start();
        Instant end = Instant.now().plus(START_LIMIT);
        while (Instant.now().isBefore(end)) {
            Optional<Engine> started = running();
            if (started.isPresent()) {
                progress.done("engine", "running");
                return started.get();
            }
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
        progress.failed("engine", "no answer");
        throw PocketException.refused(
                "Docker does not start on this machine",
                machine.hasSystemd() ? "look at: journalctl -u docker" : "look at " + log());
    }

    /** Stops the engine if it was we who started it, by hand, and nothing of anybody runs in it; returns when it has ended. */
    void stopOurs(Engine engine) {
        if (!Files.isReadable(pidFile())
                || !engine.attempt("ps", "--all", "--quiet").text().isEmpty()) {
            return;
        }
        try {
            String pid = Files.readString(pidFile()).trim();
            Path name = Path.of("/proc", pid, "comm");
            if (pid.matches("[0-9]+")
                    && Files.isReadable(name)
                    && Files.readString(name).trim().equals("dockerd")) {
                progress.started("engine", "stopping the Docker engine that the sandbox started");
                commands.run(Command.of("kill", pid));
                awaitEnd(Long.parseLong(pid));
            }
            Files.delete(pidFile());
            Files.deleteIfExists(log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As long as one is still ending, no other starts: the file with its number is there. */
    private void awaitEnd(long pid) {
        boolean ended = ProcessHandle.of(pid)
                .map(ending -> ending.onExit()
                                .completeOnTimeout(null, STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)
                                .join()
                        != null)
                .orElse(true);
        if (ended) {
            progress.done("engine", "stopped");
        } else {
            progress.failed("engine", "still stopping");
        }
    }

    private Path log() {
        return workDirectory.resolve("dockerd.log");
    }

    private Path pidFile() {
        return workDirectory.resolve("dockerd.pid");
    }

    private void start() {
        progress.started("engine", "starting Docker on this machine");
        if (!machine.isRoot()) {
            throw PocketException.refused(
                    "Docker is not running on this machine, and only root can start it",
                    "start it (for example: sudo systemctl start docker), and run this again");
        }
        if (machine.hasSystemd()) {
            commands.run(Command.of("systemctl", "start", "docker").within(START_LIMIT));
        } else {
            long pid = commands.background(Command.of("dockerd"), log());
            try {
                Files.writeString(pidFile(), Long.toString(pid));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void refuseWhereNotAllowed() {
        for (String client : CLIENTS) {
            if (answer(client).stderr().contains("permission denied")) {
                throw PocketException.refused(
                        "your user is not allowed to use Docker on this machine",
                        "run this as root, or add yourself to the group docker: sudo usermod -aG docker \"$USER\"");
            }
        }
    }

    private Outcome answer(String client) {
        return commands.run(Command.of(client, "version", "--format", "{{.Server.APIVersion}}")
                .within(Duration.ofSeconds(20)));
    }
}
