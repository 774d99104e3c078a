package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.environment.Dotenv;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ManifestDraft;
import dev.pocketpaas.core.manifest.ManifestException;
import dev.pocketpaas.core.manifest.Node;
import dev.pocketpaas.core.manifest.SourceDocument;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.Printable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A Compose file: one program of it becomes the app, its databases become services. */
public final class ComposeImport {
    private final String file;
    private final Map<String, Fields> programs = new LinkedHashMap<>();
    private final Map<String, String> databases = new LinkedHashMap<>();
    private final ImportDraft draft;
    private final ComposeService reader;

    private ComposeImport(ImportTarget target, String file, Fields root, String directory, SourceFiles beside) {
        this.file = file;
        String name = root.text("name").orElse(directory);
        this.draft = new ImportDraft(target, ManifestDraft.appName(name), file);
        Interpolation interpolation = new Interpolation(dotenv(beside));
        this.reader = new ComposeService(draft, interpolation, beside);
    }

    /**
     * The plan for a file.
     *
     * @param target what the user says about the app here
     * @param file the file as messages name it
     * @param bytes its content
     * @param directory the name of its directory: the app's where the file names none
     * @param beside the files in its directory
     * @param chosen the service that is the app, where there are several
     */
    public static ImportPlan plan(
            ImportTarget target,
            String file,
            byte[] bytes,
            String directory,
            SourceFiles beside,
            Optional<String> chosen) {
        Fields root = Fields.of(file, document(file, bytes));
        ComposeImport made = new ComposeImport(target, file, root, directory, beside);
        made.sort(root.fields("services"));
        made.app(chosen);
        made.rest(root);
        return made.draft.plan();
    }

    /** Compose writes a file without anchors by itself. */
    private static Node document(String file, byte[] bytes) {
        try {
            return SourceDocument.yaml(file, bytes);
        } catch (ManifestException e) {
            boolean shortened =
                    e.problems().stream().anyMatch(problem -> problem.message().contains("are not understood here"));
            if (!shortened) {
                throw e;
            }
            throw new PocketException(
                    ExitCode.USAGE,
                    e.what(),
                    e.details(),
                    "have Compose write them out: docker compose config --no-interpolate >plain.yml; then import plain.yml",
                    e);
        }
    }

    /** What Compose takes the values of {@code ${NAME}} from. */
    private static Map<String, String> dotenv(SourceFiles beside) {
        return beside.read(".env")
                .map(bytes -> Dotenv.readForeign(".env", new String(bytes, StandardCharsets.UTF_8)))
                .orElse(Map.of());
    }

    /** Programs, databases, and what starts only when it is asked for. */
    private void sort(Fields services) {
        for (Node.Entry entry : services.entries()) {
            Fields service = services.fields(entry.key(), entry.value());
            String where = services.path(entry.key());
            if (service.has("profiles")) {
                draft.skip(where, "it runs only with a profile", "deploy it as an app of its own if you need it");
            } else if (service.has("build")) {
                programs.put(entry.key(), service);
            } else {
                String image =
                        reader.value(where + ".image", service.text("image").orElse(""));
                Optional<DatabaseImage> database = DatabaseImage.of(image);
                if (database.isPresent()) {
                    String name = draft.service(
                                    where, entry.key(), database.get().version(), List.of())
                            .value();
                    databases.put(entry.key(), name);
                    draft.map(
                            where + ".image",
                            "services." + name + ": " + database.get().version()
                                    + database.get().note(image));
                    database(where, name, database.get().version().type(), service);
                } else {
                    programs.put(entry.key(), service);
                }
            }
        }
    }

    private void database(String where, String name, String type, Fields service) {
        if (service.has("environment") || service.has("env_file")) {
            draft.map(where + ".environment", "not needed: each app gets a login of its own");
        }
        if (service.has("volumes") && !type.equals("redis") && !type.equals("valkey")) {
            String dump = type.equals("postgres")
                    ? "docker compose exec -T " + where.replaceFirst("^services\\.", "")
                            + " pg_dump -U USER --format=custom DATABASE >db.dump"
                    : "write a dump of it to db.dump";
            draft.skip(
                    where + ".volumes",
                    "no data is copied from a compose file",
                    dump + "; then pocketpaas services restore " + name + " --confirm " + name + " <db.dump");
        } else if (service.has("volumes")) {
            draft.map(where + ".volumes", "the service keeps its data by itself");
        }
        for (String key : List.of("command", "entrypoint")) {
            if (service.has(key)) {
                draft.skip(where + "." + key, "services start with settings of their own", "see docs/services.md");
            }
        }
    }

    private void app(Optional<String> chosen) {
        List<String> group = group(chosen);
        String web = chosen.orElseGet(() -> front(group));
        reader.databases(databases);
        reader.main(web, programs.get(web));
        for (String other : group) {
            if (!other.equals(web)) {
                reader.beside(other, programs.get(other), web);
            }
        }
        for (Map.Entry<String, Fields> program : programs.entrySet()) {
            if (!group.contains(program.getKey())) {
                reader.another(program.getKey(), program.getValue());
            }
        }
    }

    /** The services that are one app: they run the same image. */
    private List<String> group(Optional<String> chosen) {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        programs.forEach((name, service) -> groups.computeIfAbsent(identity(service), key -> new ArrayList<>())
                .add(name));
        if (chosen.isPresent()) {
            return groups.values().stream()
                    .filter(names -> names.contains(chosen.get()))
                    .findFirst()
                    .orElseThrow(() -> PocketException.usage(
                            file + " has no program \"" + Printable.of(chosen.get()) + "\"",
                            "possible: " + names(programs.keySet())));
        }
        List<List<String>> built = groups.values().stream()
                .filter(names ->
                        names.stream().anyMatch(name -> programs.get(name).has("build")))
                .toList();
        List<List<String>> possible = built.isEmpty() ? List.copyOf(groups.values()) : built;
        if (possible.size() == 1) {
            return possible.get(0);
        }
        if (possible.isEmpty()) {
            throw PocketException.usage(
                    file + " has no service that could be the app", "it needs one with \"build\" or \"image\"");
        }
        Set<String> names = new LinkedHashSet<>();
        possible.forEach(names::addAll);
        String first = possible.get(0).get(0);
        throw PocketException.usage(
                file + (built.isEmpty() ? " runs" : " builds") + " several programs: " + names(names),
                "choose the app: --service " + first + "; import the others as apps of their own, each in a directory "
                        + "of its own");
    }

    private static String names(Set<String> names) {
        return names.stream().map(Printable::of).sorted().collect(Collectors.joining(", "));
    }

    /** Equal for services that run the same image. A service may use by its name what another one builds. */
    private String identity(Fields service) {
        Optional<String> image = service.text("image");
        if (!service.has("build")) {
            return image.flatMap(this::builtAs).orElse("image " + image.orElse(""));
        }
        return ComposeService.buildIdentity(service);
    }

    private Optional<String> builtAs(String image) {
        return programs.values().stream()
                .filter(other -> other.has("build") && other.text("image").equals(Optional.of(image)))
                .map(ComposeService::buildIdentity)
                .findFirst();
    }

    /** The one that answers requests. */
    private String front(List<String> group) {
        return group.stream()
                .filter(name -> name.equals("web") || name.equals("app"))
                .findFirst()
                .or(() -> group.stream()
                        .filter(name -> programs.get(name).has("ports"))
                        .findFirst())
                .or(() -> group.stream()
                        .filter(name -> programs.get(name).has("expose"))
                        .findFirst())
                .orElse(group.get(0));
    }

    private void rest(Fields root) {
        root.text("version");
        root.node("networks");
        Fields volumes = root.fields("volumes");
        for (Node.Entry volume : volumes.entries()) {
            if (volume.value() instanceof Node.Mapping settings
                    && (settings.get("driver_opts") != null || settings.get("external") != null)) {
                draft.skip(
                        volumes.path(volume.key()),
                        "a volume with a driver or from elsewhere",
                        "the host makes a plain one; copy the files (docs/migration.md)");
            }
        }
        for (String key : root.left()) {
            if (!key.startsWith("x-")) {
                draft.skip(
                        Printable.of(key),
                        key.equals("include") ? "other files are not read" : "there is nothing like it here",
                        key.equals("include")
                                ? "docker compose config --no-interpolate >plain.yml; then import plain.yml"
                                : "look whether the app needs it");
            }
        }
    }
}
