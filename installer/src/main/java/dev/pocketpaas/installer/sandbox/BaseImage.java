package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.machine.Machine;
import dev.pocketpaas.installer.machine.Outcome;
import dev.pocketpaas.installer.machine.PocketFailures;
import dev.pocketpaas.installer.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The bare system under the droplet: the public image where there is one, else one made from the distribution's packages. */
final class BaseImage {
    private static final List<String> PUBLIC = List.of("ubuntu:24.04", "debian:12", "debian:13");
    private static final Duration PULL_LIMIT = Duration.ofMinutes(3);
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(15);
    private static final Path TRUSTED = Path.of("/etc/ssl/certs/ca-certificates.crt");

    private final Engine engine;
    private final Commands commands;
    private final Machine machine;
    private final Progress progress;
    private final Path workDirectory;

    BaseImage(Engine engine, Commands commands, Machine machine, Progress progress, Path workDirectory) {
        this.engine = engine;
        this.commands = commands;
        this.machine = machine;
        this.progress = progress;
        this.workDirectory = workDirectory;
    }

    /** The name of an image that the engine has. */
    String ensure() {
        String own = Marks.BASE_IMAGE + ":latest";
        if (engine.hasImage(own)) {
            return own;
        }
        Optional<String> present = PUBLIC.stream().filter(engine::hasImage).findFirst();
        if (present.isPresent()) {
            return present.get();
        }
        String wanted = PUBLIC.get(0);
        progress.started("base", "fetching " + wanted);
        if (commands.run(engine.command("pull", "--quiet", wanted).within(PULL_LIMIT))
                .ok()) {
            progress.done("base", wanted);
            return wanted;
        }
        progress.skipped("base", "no registry answers with " + wanted);
        progress.started("base", "making a system from the packages of this machine's distribution");
        debootstrap(own);
        progress.done("base", machine.release("PRETTY_NAME"));
        return own;
    }

    private void debootstrap(String tag) {
        if (!machine.isDebianLike()) {
            throw PocketException.refused(
                    "no image registry answers, and a system can be made from packages only on Debian or Ubuntu",
                    "load an image named " + PUBLIC.get(0) + " into the Docker engine");
        }
        if (!machine.isRoot()) {
            throw PocketException.refused(
                    "no image registry answers, and only root can make a system from packages",
                    "run this as root, or load an image named " + PUBLIC.get(0) + " into the Docker engine");
        }
        machine.ensurePackages(List.of("debootstrap"), "to make a system for the sandbox droplet");
        AptSettings apt = new AptSettings(Path.of("/"));
        String mirror = apt.mirror()
                .orElseThrow(() -> PocketException.refused(
                        "this machine names no source of packages", "add one below /etc/apt/sources.list.d"));
        Path root = workDirectory.resolve("base");
        remove(root);
        try {
            Files.createDirectories(workDirectory);
            Outcome made = commands.stream(
                    Command.of(
                                    "debootstrap",
                                    "--variant=minbase",
                                    machine.release("VERSION_CODENAME"),
                                    root.toString(),
                                    mirror)
                            .within(BUILD_LIMIT),
                    line -> {});
            if (!made.ok()) {
                throw PocketFailures.of("debootstrap could not make a system", made);
            }
            Files.writeString(root.resolve("etc/apt/sources.list"), "");
            for (Path file : apt.files()) {
                copy(file, root);
            }
            if (Files.isReadable(TRUSTED)) {
                copy(TRUSTED, root);
            }
            engine.pipe(
                    "import the system",
                    Command.of("tar", "-C", root.toString(), "--exclude=./var/cache/apt/archives/*.deb", "-c", "."),
                    engine.command("import", "--change", "LABEL " + Marks.LABEL + "=image", "-", tag));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            remove(root);
        }
    }

    private static void copy(Path file, Path root) throws IOException {
        Path target = root.resolve(Path.of("/").relativize(file));
        Files.createDirectories(target.getParent());
        Files.copy(file.toRealPath(), target, StandardCopyOption.REPLACE_EXISTING);
    }

    private void remove(Path directory) {
        if (Files.exists(directory)) {
            commands.run(Command.of("rm", "-rf", "--one-file-system", directory.toString()));
        }
    }
}
