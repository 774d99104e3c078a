package dev.pocketpaas.core.plan;

import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a repository brings to the host beside itself: programs that it names by an address and that build the app there. Whoever deploys somebody
 * else's repository should know them before the first time.
 */
public final class HostCode {
    private static final Pattern DIRECTIVE = Pattern.compile("#\\s*([A-Za-z][A-Za-z0-9]*)\\s*=\\s*(.*?)\\s*");
    private static final Pattern SLASHES = Pattern.compile("//\\s*syntax\\s*=\\s*(.*?)\\s*", Pattern.CASE_INSENSITIVE);
    private static final Pattern JSON = Pattern.compile("(?s)^\\{.*?\"syntax\"\\s*:\\s*\"([^\"]*)\".*");

    private HostCode() {}

    /**
     * One sentence for each.
     *
     * @param settings the compiled settings
     * @param variables names of the variables that the app has on the host
     */
    public static List<String> of(SourceFiles files, ValueTree settings, List<String> variables) {
        boolean url = settings.has("env/BUILDPACK_URL") || variables.contains("BUILDPACK_URL");
        BuilderChoice choice = BuilderChoice.of(files, settings, url);
        List<String> sentences = new ArrayList<>();
        if (choice.name().equals("buildpacks")) {
            for (String buildpack : choice.buildpacks()) {
                if (buildpack.contains("://")) {
                    sentences.add("builds on the host with the buildpack " + Printable.of(buildpack));
                }
            }
        } else if (choice.name().equals("dockerfile")) {
            String path = settings.text("dockerfile").orElse("Dockerfile");
            files.read(path)
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .flatMap(HostCode::syntax)
                    .or(() -> settings.text("build/args/BUILDKIT_SYNTAX"))
                    .ifPresent(image ->
                            sentences.add(Printable.of(path) + " is read on the host by the program in the image "
                                    + Printable.of(image) + " (# syntax=)"));
        } else if (choice.name().equals("image")) {
            settings.text("image")
                    .ifPresent(image -> sentences.add("runs the image " + Printable.of(image) + ", which "
                            + (settings.has("image-from") ? BuilderChoice.option(settings) : ManifestFile.NAME)
                            + " names"));
        }
        return List.copyOf(sentences);
    }

    /** The frontend that a Dockerfile asks for, in any of the three forms that BuildKit knows. */
    private static Optional<String> syntax(String dockerfile) {
        String text = dockerfile.startsWith("\ufeff") ? dockerfile.substring(1) : dockerfile;
        text = text.startsWith("#!") ? text.substring(Math.max(0, text.indexOf('\n') + 1)) : text;
        for (String line : text.split("\r?\n")) {
            Matcher directive = DIRECTIVE.matcher(line.strip());
            if (!directive.matches()) {
                break;
            }
            if (directive.group(1).equalsIgnoreCase("syntax")) {
                return Optional.of(directive.group(2));
            }
        }
        Matcher slashes = SLASHES.matcher(text.lines().findFirst().orElse("").strip());
        if (slashes.matches()) {
            return Optional.of(slashes.group(1));
        }
        Matcher json = JSON.matcher(text.strip());
        return json.matches() ? Optional.of(json.group(1)) : Optional.empty();
    }
}
