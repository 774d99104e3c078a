package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.host.setting.ServiceImage;
import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.machine.Outcome;
import dev.pocketpaas.installer.machine.PocketFailures;
import dev.pocketpaas.installer.programs.ResourceTree;
import dev.pocketpaas.installer.progress.StepReporter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stand-ins for the official images of services, made on this machine from the recipes in {@code examples/services}. */
final class ServiceImages {
    private static final String RECIPES = "dev/pocketpaas/installer/sandbox/services";
    private static final Duration LIMIT = Duration.ofMinutes(20);

    private final Engine engine;
    private final Commands commands;
    private final StepReporter progress;
    private final Path workDirectory;

    ServiceImages(Engine engine, Commands commands, StepReporter progress, Path workDirectory) {
        this.engine = engine;
        this.commands = commands;
        this.progress = progress;
        this.workDirectory = workDirectory;
    }

    /**
     * Makes them, or finds them up to date.
     *
     * @param wanted which
     * @param base the image of a distribution
     * @return the images, as the host setting {@code service-images} has them
     */
    List<ServiceImage> ensure(List<StandIn> wanted, Function<@Nullable DropletSystem, String> base) {
        List<ServiceImage> made = new ArrayList<>();
        Path recipes = workDirectory.resolve("services");
        ResourceTree.of(ServiceImages.class, RECIPES).writeTo(recipes);
        for (StandIn one : wanted) {
            progress.started("service-images", one.service().toString());
            Command build = Command.of(
                            "bash",
                            recipes.resolve("build").toString(),
                            base.apply(one.system()),
                            one.service().toString())
                    .withVariable("DOCKER", engine.client())
                    .within(LIMIT);
            Outcome outcome = commands.run(build);
            if (!outcome.ok()) {
                progress.failed("service-images", "");
                throw PocketFailures.of("the image of " + one.service() + " could not be built", outcome);
            }
            ServiceImage image = ServiceImage.parse(outcome.text().strip());
            progress.done("service-images", image.image());
            made.add(image);
        }
        commands.run(Command.of("rm", "-rf", recipes.toString()));
        return made;
    }

    /** Brings the images into the droplet's own engine, but for those that are there. */
    void load(Droplet droplet, List<ServiceImage> images) {
        List<String> missing = new ArrayList<>();
        for (ServiceImage each : images) {
            String image = each.image();
            String there = droplet.inside(
                    "look at the droplet's images",
                    "docker image inspect --format '{{.Id}}' " + image + " 2>/dev/null || :",
                    new byte[0]);
            if (!there.strip().equals(engine.imageId(image))) {
                missing.add(image);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        progress.started("service-images", "copying them into the sandbox");
        List<String> save = new ArrayList<>(List.of("save"));
        save.addAll(missing);
        engine.pipe(
                "copy the images of services into the sandbox",
                engine.command(save.toArray(String[]::new)),
                droplet.receiving("docker load --quiet"));
        progress.done("service-images", String.join(" ", missing));
    }
}
