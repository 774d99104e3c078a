package dev.pocketpaas.core.plan;

import dev.pocketpaas.core.manifest.AppKind;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which builder the host will take, as far as the laptop can say: the order of {@code lib/build-select.bash}, and a test holds the two together. Which
 * of the host's buildpacks takes an app is decided by their own programs.
 *
 * @param name buildpacks, dockerfile, image or static; empty where none fits
 * @param why the reason
 * @param buildpacks those that are listed, in order
 */
public record BuilderChoice(String name, String why, List<String> buildpacks) {
    private static final Pattern NATIVE =
            Pattern.compile("(?m)^[ \\t\\r]*(builder[ \\t]*=|\\[\\[io\\.buildpacks\\.group\\]\\])");

    /** Copies its list. */
    public BuilderChoice {
        buildpacks = List.copyOf(buildpacks);
    }

    private BuilderChoice(String name, String why) {
        this(name, why, List.of());
    }

    /** The option of {@code deploy} that has named the image; only where there is {@code image-from}. */
    static String option(ValueTree settings) {
        return settings.text("image-from").filter("local"::equals).isPresent() ? "--local" : "--image";
    }

    /**
     * The choice for a source.
     *
     * @param settings the compiled settings
     * @param buildpackUrl whether the variable BUILDPACK_URL is set
     */
    public static BuilderChoice of(SourceFiles files, ValueTree settings, boolean buildpackUrl) {
        if (settings.has("image-from")) {
            return new BuilderChoice("image", "deploy " + option(settings) + " names one");
        }
        String stated = settings.text("builder").orElse("");
        if (stated.equals("dockerfile") || stated.equals("image") || stated.equals("static")) {
            return new BuilderChoice(stated, ManifestFile.NAME + " says so");
        }
        if (stated.isEmpty() && settings.has("image")) {
            return new BuilderChoice("image", ManifestFile.NAME + " names an image");
        }
        Optional<BuilderChoice> listed = listed(files, settings, buildpackUrl);
        if (listed.isPresent()) {
            return listed.get();
        }
        if (stated.equals("buildpacks")) {
            return detected(files);
        }
        if (files.read("project.toml").filter(BuilderChoice::isNative).isPresent()) {
            return new BuilderChoice(
                    "",
                    "project.toml asks for Cloud Native Buildpacks, which do not work yet; say builder: buildpacks or builder:"
                            + " dockerfile under build: in " + ManifestFile.NAME);
        }
        if (settings.has("dockerfile")) {
            return new BuilderChoice("dockerfile", ManifestFile.NAME + " names one");
        }
        return files.has("Dockerfile") ? new BuilderChoice("dockerfile", "there is a Dockerfile") : detected(files);
    }

    private static Optional<BuilderChoice> listed(SourceFiles files, ValueTree settings, boolean buildpackUrl) {
        List<String> listed = settings.lines("buildpacks");
        if (!listed.isEmpty()) {
            String from = settings.text("buildpacks-from").orElse(ManifestFile.NAME);
            return Optional.of(
                    new BuilderChoice("buildpacks", "listed in " + from + ": " + String.join(" ", listed), listed));
        }
        Optional<byte[]> file = files.read(".buildpacks");
        if (file.isPresent()) {
            List<String> lines = new String(file.get(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
            return lines.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new BuilderChoice("buildpacks", "listed in .buildpacks", lines));
        }
        return buildpackUrl
                ? Optional.of(new BuilderChoice(
                        "buildpacks",
                        "BUILDPACK_URL is set",
                        settings.text("env/BUILDPACK_URL").map(List::of).orElse(List.of())))
                : Optional.empty();
    }

    private static boolean isNative(byte[] file) {
        return NATIVE.matcher(new String(file, StandardCharsets.UTF_8)).find();
    }

    private static BuilderChoice detected(SourceFiles files) {
        AppKind kind = AppKind.ofSource(files);
        return switch (kind) {
            case STATIC -> new BuilderChoice("static", "there is an index.html, unless a buildpack of the host fits");
            case PROCFILE ->
                new BuilderChoice("buildpacks", "there is a Procfile; the host's buildpacks are asked first");
            case UNKNOWN, DOCKERFILE -> new BuilderChoice("", "nothing says how: the host asks its buildpacks");
            case RUBY, NODE, CLOJURE, PYTHON, JAVA, GRADLE, SCALA, PHP, GO ->
                new BuilderChoice("buildpacks", "it looks like " + kind.label() + "; the host's buildpacks decide");
        };
    }
}
