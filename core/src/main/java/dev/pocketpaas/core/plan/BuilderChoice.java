package dev.pocketpaas.core.plan;

import dev.pocketpaas.core.manifest.AppKind;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.protocol.ValueTree;
import java.util.List;

/**
 * Which builder the host will take, as far as the laptop can say: the order of {@code lib/build-select.bash}. Which of the host's buildpacks takes an
 * app is decided by their own programs.
 *
 * @param name buildpacks, dockerfile, image or static; empty where none fits
 * @param why the reason
 */
record BuilderChoice(String name, String why) {
    /**
     * The choice for a source.
     *
     * @param settings the compiled settings
     * @param buildpackUrl whether the variable BUILDPACK_URL is set
     */
    static BuilderChoice of(SourceFiles files, ValueTree settings, boolean buildpackUrl) {
        String stated = settings.text("builder").orElse("");
        if (stated.equals("dockerfile") || stated.equals("image") || stated.equals("static")) {
            return new BuilderChoice(stated, ManifestFile.NAME + " says so");
        }
        if (stated.isEmpty() && settings.has("image")) {
            return new BuilderChoice("image", ManifestFile.NAME + " names an image");
        }
        List<String> listed = settings.lines("buildpacks");
        if (!listed.isEmpty()) {
            return new BuilderChoice("buildpacks", "listed: " + String.join(" ", listed));
        }
        if (files.has(".buildpacks")) {
            return new BuilderChoice("buildpacks", "listed in .buildpacks");
        }
        if (buildpackUrl) {
            return new BuilderChoice("buildpacks", "BUILDPACK_URL is set");
        }
        if (stated.isEmpty() && settings.has("dockerfile")) {
            return new BuilderChoice("dockerfile", ManifestFile.NAME + " names one");
        }
        if (stated.isEmpty() && files.has("Dockerfile")) {
            return new BuilderChoice("dockerfile", "there is a Dockerfile");
        }
        return detected(files);
    }

    private static BuilderChoice detected(SourceFiles files) {
        AppKind kind = AppKind.of(path -> path.equals("Dockerfile") ? java.util.Optional.empty() : files.read(path));
        return switch (kind) {
            case STATIC -> new BuilderChoice("static", "there is an index.html, unless a buildpack of the host fits");
            case PROCFILE ->
                new BuilderChoice("buildpacks", "there is a Procfile; the host's buildpacks are asked first");
            case UNKNOWN, DOCKERFILE -> new BuilderChoice("", "nothing says how: the host asks its buildpacks");
            case RUBY, NODE, PYTHON, JAVA, GRADLE, PHP, GO ->
                new BuilderChoice("buildpacks", "it looks like " + kind.label() + "; the host's buildpacks decide");
        };
    }
}
