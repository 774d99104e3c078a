package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.ProcessType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the Node.js app that nothing says how to start, before minutes are spent on building it. */
public final class NodeAppCheck {
    private static final List<String> STARTS = List.of("start");
    private static final List<String> STARTS_OR_BUILDS = List.of("start", "build", "heroku-postbuild");

    private NodeAppCheck() {}

    /**
     * The problem with its cure, when {@code files} would be built as a Node.js app and neither the manifest, nor a {@code Procfile}, nor a
     * {@code start} script (or a {@code server.js}, which {@code npm start} runs by itself) says what to run. A static site, with a {@code static.json}
     * and a script that builds it, needs nothing of that.
     */
    public static Optional<PocketException> problem(SourceFiles files, Manifest manifest) {
        Optional<byte[]> packageJson = files.read("package.json");
        if (packageJson.isEmpty() || !builtAsNode(files, manifest) || files.has(Procfile.NAME)) {
            return Optional.empty();
        }
        boolean stated = manifest.process(ProcessType.WEB)
                .filter(web -> web.command() != null)
                .isPresent();
        boolean workersOnly = !manifest.processes().containsKey(ProcessType.WEB)
                && manifest.processes().values().stream().anyMatch(p -> p.command() != null);
        if (stated || workersOnly || files.has("server.js")) {
            return Optional.empty();
        }
        Problems problems = new Problems("package.json");
        if (hasScript(packageJson.get(), files.has("static.json") ? STARTS_OR_BUILDS : STARTS, problems)) {
            return Optional.empty();
        }
        if (problems.any()) {
            return Optional.of(problems.toException());
        }
        return Optional.of(new PocketException(
                ExitCode.USAGE,
                "nothing says how to start this Node.js app",
                List.of("package.json has no \"start\" script, and there is no Procfile"),
                "add \"scripts\": {\"start\": \"node index.js\"} to package.json, or a Procfile with the "
                        + "line \"web: node index.js\"; or, for a static site, a static.json such as {\"root\": \"dist\"}",
                null));
    }

    private static boolean builtAsNode(SourceFiles files, Manifest manifest) {
        @Nullable Builder builder = manifest.build().builder();
        if (builder != null && builder != Builder.BUILDPACKS) {
            return false;
        }
        List<String> buildpacks = manifest.build().buildpacks();
        if (!buildpacks.isEmpty()) {
            return buildpacks.size() == 1 && buildpacks.get(0).contains("node");
        }
        if (files.has(".buildpacks")) {
            return false;
        }
        // Ruby comes before Node.js in the order of detection; and without a word about buildpacks a Dockerfile wins.
        return !files.has("Gemfile") && (builder == Builder.BUILDPACKS || !files.has("Dockerfile"));
    }

    /** Whether package.json has one of {@code names} among its scripts. */
    private static boolean hasScript(byte[] bytes, List<String> names, Problems problems) {
        @Nullable String text = SourceText.of(bytes, problems);
        @Nullable Node root = text == null ? null : NodeTree.ofJson(text, problems);
        return root instanceof Node.Mapping top
                && top.get("scripts") instanceof Node.Mapping scripts
                && names.stream()
                        .anyMatch(name -> scripts.get(name) instanceof Node.Scalar script
                                && !script.text().isBlank());
    }
}
