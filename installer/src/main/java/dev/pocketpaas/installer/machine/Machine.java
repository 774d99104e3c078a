package dev.pocketpaas.installer.machine;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.installer.progress.Consent;
import dev.pocketpaas.installer.progress.StepReporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What this machine is and has, and how something from its distribution is installed on it. */
public final class Machine {
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(15);

    private final Commands commands;
    private final Consent consent;
    private final StepReporter progress;
    private final Path root;

    /** Uses {@code commands} to look and to install, and {@code consent} before it installs. */
    public Machine(Commands commands, Consent consent, StepReporter progress) {
        this(commands, consent, progress, Path.of("/"));
    }

    /** The same, reading files below {@code root}: for tests. */
    public Machine(Commands commands, Consent consent, StepReporter progress, Path root) {
        this.root = root;
        this.commands = commands;
        this.consent = consent;
        this.progress = progress;
    }

    /** Whether we are root. */
    public boolean isRoot() {
        return commands.run(Command.of("id", "-u")).text().equals("0");
    }

    /** Whether systemd runs this machine. */
    public boolean hasSystemd() {
        return Files.isDirectory(root.resolve("run/systemd/system"));
    }

    /** Whether its packages come from Debian's or Ubuntu's apt. */
    public boolean isDebianLike() {
        String id = release("ID");
        return id.equals("debian") || id.equals("ubuntu");
    }

    /** A field of {@code /etc/os-release}, empty where there is none. */
    public String release(String field) {
        Path file = root.resolve("etc/os-release");
        if (!Files.isReadable(file)) {
            return "";
        }
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(field + "="))
                    .map(line -> line.substring(field.length() + 1).replace("\"", ""))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether {@code program} is on the search path or in one of the places for root's programs. */
    public boolean has(String program) {
        return commands.run(Command.of("sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; command -v \"$1\"", "sh", program))
                .ok();
    }

    /**
     * Installs the packages of {@code packages} that are missing.
     *
     * @param packages names in Debian and Ubuntu
     * @param purpose what they are for, as the end of a sentence
     */
    public void ensurePackages(List<String> packages, String purpose) {
        List<String> missing =
                packages.stream().filter(name -> !isInstalled(name)).toList();
        if (missing.isEmpty()) {
            return;
        }
        String names = String.join(" ", missing);
        if (!isDebianLike()) {
            throw PocketException.refused(
                    "missing on this machine: " + names + " (Debian package names), needed " + purpose,
                    "install them and run this again");
        }
        if (!isRoot()) {
            throw PocketException.refused(
                    "missing on this machine: " + names + ", needed " + purpose,
                    "run: sudo apt-get install --no-install-recommends " + names);
        }
        if (!consent.agree("Install " + names + " on this machine? Needed " + purpose + ".")) {
            throw PocketException.refused(
                    "not installed: " + names, "run: apt-get install --no-install-recommends " + names);
        }
        progress.started("packages", "installing " + names + " on this machine, " + purpose);
        apt(List.of("update"));
        List<String> install = new ArrayList<>(List.of("install", "--yes", "--no-install-recommends"));
        install.addAll(missing);
        apt(install);
        progress.done("packages", names);
    }

    private boolean isInstalled(String name) {
        return commands.run(Command.of("dpkg-query", "-W", "-f=${db:Status-Status}", name))
                .text()
                .equals("installed");
    }

    private void apt(List<String> arguments) {
        List<String> words = new ArrayList<>(List.of("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"));
        words.addAll(arguments);
        Outcome outcome = commands.run(Command.of(words)
                .withVariable("DEBIAN_FRONTEND", "noninteractive")
                .withVariable("NEEDRESTART_MODE", "l")
                .within(INSTALL_LIMIT));
        if (!outcome.ok()) {
            throw PocketFailures.of("apt-get " + arguments.get(0) + " failed on this machine", outcome);
        }
    }
}
