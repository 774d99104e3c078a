package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The manifest that {@code init} writes: two lines that work and the rest as comments to try.
 *
 * @param app the app
 * @param host the host, or null where it is not known yet
 * @param kind what the directory looks like
 * @param hasProcfile whether a Procfile says what runs
 */
public record ManifestDraft(AppName app, @Nullable HostAddress host, AppKind kind, boolean hasProcfile) {
    private static final int LONGEST_NAME = 40;

    /**
     * The draft for a directory.
     *
     * @param directoryName its name, from which the app's is made
     * @param files what is in it
     * @param host the host, or null where it is not known yet
     */
    public static ManifestDraft of(String directoryName, SourceFiles files, @Nullable HostAddress host) {
        return new ManifestDraft(appName(directoryName), host, AppKind.of(files), files.has(Procfile.NAME));
    }

    /** A valid app name as near to {@code text} as can be; {@code app} where nothing of it can stay. */
    public static AppName appName(String text) {
        String name = Normalizer.normalize(text, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^[^a-z]+", "");
        name = name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceAll("-+$", "");
        return new AppName(name.isEmpty() ? "app" : name);
    }

    /** The manifest's text; it always validates. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append("""
                # How PocketPaaS runs this app. Everything but the first two lines is optional.
                # All keys: pocketpaas manifest schema

                app: %s
                """.formatted(app));
        // An address in brackets would be a list to YAML.
        text.append(
                host == null
                        ? "# host: 203.0.113.10                 # the machine that \"pocketpaas init host\" "
                                + "has set up\n"
                        : "host: " + (host.toString().indexOf('[') >= 0 ? "\"" + host + "\"" : host) + "\n");
        text.append("\n# ").append(buildLine()).append('\n');
        text.append("# build: { builder: ").append(exampleBuilder()).append(" }\n");
        processLine().ifPresent(line -> text.append('\n').append(line));
        text.append('\n');
        suggest(text, "domains: [" + app + ".example.com]", "without one: a name under the host's domain");
        suggest(text, "env: { NODE_ENV: production }", "no secrets here: this file is in git");
        suggest(text, "secrets: [DATABASE_PASSWORD]", "names only; set them with: pocketpaas env set NAME=-");
        suggest(text, "release: ./migrate", "runs before each new release starts");
        suggest(text, "healthcheck: { path: /healthz }", "without it, listening on $PORT is enough");
        suggest(text, "volumes: { data: /app/data }", "kept across releases");
        suggest(text, "limits: { memory: 512M }", "what each process may use");
        return text.toString();
    }

    /** A line to uncomment, with what it is for. */
    private static void suggest(StringBuilder text, String line, String what) {
        text.append(String.format("# %-37s # %s\n", line, what));
    }

    private String buildLine() {
        return switch (kind) {
            case UNKNOWN -> "No builder recognises this directory yet. Say how it is built:";
            case DOCKERFILE ->
                "This looks like a repository with " + kind.label()
                        + ", which will be built. To choose the builder yourself:";
            default -> "This looks like " + kind.label() + ". To choose the builder yourself:";
        };
    }

    private String exampleBuilder() {
        return switch (kind) {
            case DOCKERFILE, UNKNOWN -> "dockerfile";
            case STATIC -> "static";
            case RUBY, NODE, CLOJURE, PYTHON, JAVA, GRADLE, SCALA, PHP, GO, PROCFILE -> "buildpacks";
        };
    }

    private Optional<String> processLine() {
        if (kind == AppKind.STATIC || kind == AppKind.DOCKERFILE) {
            return Optional.empty();
        }
        return Optional.of(
                hasProcfile
                        ? "# What runs is in the Procfile. More than one of a type:\n# processes: { web: { "
                                + "scale: 2 } }\n"
                        : "# What runs, unless the build knows it. \"web\" must listen on $PORT.\n"
                                + "# processes: { web: ./start, worker: ./work }\n");
    }
}
