package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.machine.Machine;
import dev.pocketpaas.installer.machine.Outcome;
import dev.pocketpaas.installer.machine.PocketFailures;
import dev.pocketpaas.installer.programs.ResourceTree;
import dev.pocketpaas.installer.progress.StepReporter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The pair of images that apps run and are built in, made on this machine from the recipe in {@code examples/stack}. */
final class StackImages {
    static final String RUN = "pocketpaas/stack:24";
    static final String BUILD = "pocketpaas/stack:24-build";

    /** The recipe's own label: a digest of everything that went into the pair. */
    static final String LABEL = "pocketpaas.stack";

    private static final String RECIPE = "dev/pocketpaas/installer/sandbox/stack";
    private static final Duration LIMIT = Duration.ofMinutes(20);

    private final Engine engine;
    private final Commands commands;
    private final Machine machine;
    private final StepReporter progress;
    private final Path workDirectory;

    StackImages(Engine engine, Commands commands, Machine machine, StepReporter progress, Path workDirectory) {
        this.engine = engine;
        this.commands = commands;
        this.machine = machine;
        this.progress = progress;
        this.workDirectory = workDirectory;
    }

    /** Whether they can be made here; elsewhere the sandbox uses the public ones. */
    boolean possible() {
        return machine.isDebianLike() && machine.isRoot();
    }

    /** Makes the pair, or finds it up to date, on {@code base}. */
    void ensure(String base) {
        machine.ensurePackages(List.of("debootstrap"), "to build the base images");
        Path recipe = workDirectory.resolve("stack");
        ResourceTree.of(StackImages.class, RECIPE).writeTo(recipe);
        progress.started("stack", "the images that apps run and build in");
        List<String> words =
                new ArrayList<>(List.of("bash", recipe.resolve("build").toString()));
        if (base.startsWith(SandboxLabels.BASE_IMAGE)) {
            words.add(base);
        }
        Outcome outcome = commands.stream(
                Command.of(words).withVariable("DOCKER", engine.client()).within(LIMIT), progress::output);
        commands.run(Command.of("rm", "-rf", recipe.toString()));
        if (!outcome.ok()) {
            progress.failed("stack", "");
            throw PocketFailures.of("the base images could not be built", outcome);
        }
        progress.done("stack", RUN);
    }

    /** Brings the pair into the droplet's own engine, unless it is there. */
    void load(Droplet droplet) {
        String wanted = engine.imageLabel(RUN, LABEL) + engine.imageLabel(BUILD, LABEL);
        String there = droplet.inside(
                "look at the droplet's images",
                "for i in " + RUN + " " + BUILD + "; do docker image inspect --format '{{index .Config.Labels \""
                        + LABEL + "\"}}' $i 2>/dev/null || :; done",
                new byte[0]);
        if (there.replace("\n", "").equals(wanted)) {
            return;
        }
        progress.started("images", "copying the base images into the sandbox");
        engine.pipe(
                "copy the base images into the sandbox",
                engine.command("save", RUN, BUILD),
                droplet.receiving("docker load --quiet"));
        progress.done("images", RUN + " " + BUILD);
    }
}
