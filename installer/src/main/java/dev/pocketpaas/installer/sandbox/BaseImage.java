package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.machine.Machine;
import dev.pocketpaas.installer.machine.Outcome;
import dev.pocketpaas.installer.machine.PocketFailures;
import dev.pocketpaas.installer.progress.StepReporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bare system under the droplet: the public image where there is one, else one made from the distribution's packages. */
final class BaseImage {
    private static final List<DropletSystem> PUBLIC =
            List.of(DropletSystem.UBUNTU_24_04, DropletSystem.DEBIAN_12, DropletSystem.DEBIAN_13);
    private static final Duration PULL_LIMIT = Duration.ofMinutes(3);
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(15);
    private static final Path TRUSTED = Path.of("/etc/ssl/certs/ca-certificates.crt");

    private final Engine engine;
    private final Commands commands;
    private final Machine machine;
    private final StepReporter progress;
    private final Path workDirectory;
    private final AptSettings apt;

    BaseImage(
            Engine engine,
            Commands commands,
            Machine machine,
            StepReporter progress,
            Path workDirectory,
            AptSettings apt) {
        this.engine = engine;
        this.commands = commands;
        this.machine = machine;
        this.progress = progress;
        this.workDirectory = workDirectory;
        this.apt = apt;
    }

    /**
     * An image that the engine has.
     *
     * @param image its name
     * @param system what it is, for example {@code debian-13}
     */
    record Base(String image, String system) {}

    /** The image of {@code wanted}; null for what is at hand. */
    Base ensure(@Nullable DropletSystem wanted) {
        return wanted == null ? atHand() : of(wanted);
    }

    private Base atHand() {
        String own = SandboxLabels.BASE_IMAGE + ":latest";
        if (engine.hasImage(own)) {
            String system = engine.imageLabel(own, SandboxLabels.SYSTEM);
            return new Base(own, system.isEmpty() ? machineSystem() : system);
        }
        Optional<Base> present =
                PUBLIC.stream().flatMap(s -> present(s).stream()).findFirst();
        if (present.isPresent()) {
            return present.get();
        }
        DropletSystem first = PUBLIC.get(0);
        if (pull(first)) {
            return new Base(first.publicImage(), first.id());
        }
        checkMachine(first);
        progress.started("base", "building a system from this machine's packages");
        debootstrap(own, machineSystem(), List.of(machineSuite()));
        progress.done("base", machine.release("PRETTY_NAME"));
        return new Base(own, machineSystem());
    }

    private Base of(DropletSystem wanted) {
        for (String tag : List.of("latest", wanted.id())) {
            String own = SandboxLabels.BASE_IMAGE + ":" + tag;
            if (engine.imageLabel(own, SandboxLabels.SYSTEM).equals(wanted.id())) {
                return new Base(own, wanted.id());
            }
        }
        Optional<Base> present = present(wanted);
        if (present.isPresent()) {
            return present.get();
        }
        if (pull(wanted)) {
            return new Base(wanted.publicImage(), wanted.id());
        }
        checkMachine(wanted);
        if (!machine.release("ID").equals(wanted.distribution())) {
            throw PocketException.refused(
                    "no image registry has " + wanted.publicImage() + ", and this machine runs another distribution",
                    loadImage(wanted));
        }
        progress.started("base", "building " + wanted.title() + " from packages");
        String own = SandboxLabels.BASE_IMAGE + ":" + wanted.id();
        debootstrap(own, wanted.id(), List.of(wanted.suite(), wanted.debootstrapScript()));
        progress.done("base", wanted.title());
        return new Base(own, wanted.id());
    }

    private Optional<Base> present(DropletSystem system) {
        return engine.hasImage(system.publicImage())
                ? Optional.of(new Base(system.publicImage(), system.id()))
                : Optional.empty();
    }

    private boolean pull(DropletSystem system) {
        String image = system.publicImage();
        progress.started("base", "fetching " + image);
        if (commands.run(engine.command("pull", "--quiet", image).within(PULL_LIMIT))
                .ok()) {
            progress.done("base", image);
            return true;
        }
        progress.skipped("base", "no image registry has " + image);
        return false;
    }

    private String machineSystem() {
        return machine.release("ID") + "-" + machine.release("VERSION_ID");
    }

    private String machineSuite() {
        return machine.release("VERSION_CODENAME");
    }

    private void checkMachine(DropletSystem wanted) {
        if (!machine.isDebianLike()) {
            throw PocketException.refused(
                    "no image registry answers, and a system can be made from packages only on Debian or Ubuntu",
                    loadImage(wanted));
        }
        if (!machine.isRoot()) {
            throw PocketException.refused(
                    "no image registry answers, and only root can make a system from packages",
                    "run this as root, or " + loadImage(wanted));
        }
    }

    private static String loadImage(DropletSystem system) {
        return "load an image named " + system.publicImage() + " into the Docker engine";
    }

    /**
     * Makes a system and imports it.
     *
     * @param tag the image's name
     * @param system for its label
     * @param recipe the suite, and the script that makes it where debootstrap is not sure to know the suite
     */
    private void debootstrap(String tag, String system, List<String> recipe) {
        machine.ensurePackages(List.of("debootstrap"), "to make a system for the sandbox droplet");
        String mirror = apt.mirror()
                .orElseThrow(() -> PocketException.refused(
                        "this machine names no source of packages", "add one below /etc/apt/sources.list.d"));
        String suite = recipe.get(0);
        Path root = workDirectory.resolve("base-" + system);
        remove(root);
        try {
            Files.createDirectories(workDirectory);
            List<String> words =
                    new ArrayList<>(List.of("debootstrap", "--variant=minbase", suite, root.toString(), mirror));
            words.addAll(recipe.subList(1, recipe.size()));
            Outcome made = commands.stream(Command.of(words).within(BUILD_LIMIT), line -> {});
            if (!made.ok()) {
                throw PocketFailures.of("debootstrap could not make " + suite + " from " + mirror, made);
            }
            apt.give(root, machineSuite(), suite);
            if (Files.isReadable(TRUSTED)) {
                copy(TRUSTED, root);
            }
            engine.pipe(
                    "import the system",
                    Command.of("tar", "-C", root.toString(), "--exclude=./var/cache/apt/archives/*.deb", "-c", "."),
                    engine.command(
                            "import",
                            "--change",
                            "LABEL " + SandboxLabels.LABEL + "=image " + SandboxLabels.SYSTEM + "=" + system,
                            "-",
                            tag));
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
