package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.manifest.Node;
import dev.pocketpaas.core.manifest.SourceDocument;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What Heroku's program says about an app, each from its {@code --json}.
 *
 * @param app the app's name there
 * @param config its variables
 * @param domains its own domains
 * @param buildpacks names or addresses, in order
 * @param formation how many of each process type
 * @param sizes the sizes of dynos, by process type
 * @param addons its add-ons
 * @param absent what was not there, as names of the files
 */
public record HerokuExport(
        String app,
        SortedMap<String, String> config,
        List<String> domains,
        List<String> buildpacks,
        SortedMap<String, Integer> formation,
        SortedMap<String, String> sizes,
        List<Addon> addons,
        List<String> absent) {
    /** Copies its collections. */
    public HerokuExport {
        config = Collections.unmodifiableSortedMap(new TreeMap<>(config));
        domains = List.copyOf(domains);
        buildpacks = List.copyOf(buildpacks);
        formation = Collections.unmodifiableSortedMap(new TreeMap<>(formation));
        sizes = Collections.unmodifiableSortedMap(new TreeMap<>(sizes));
        addons = List.copyOf(addons);
        absent = List.copyOf(absent);
    }

    /** The files, and the command of Heroku's program that prints each. */
    public static final Map<String, String> FILES = files();

    private static Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("config.json", "config");
        files.put("domains.json", "domains");
        files.put("buildpacks.json", "buildpacks");
        files.put("formation.json", "ps");
        files.put("addons.json", "addons");
        return Collections.unmodifiableMap(files);
    }

    /**
     * An add-on.
     *
     * @param name its own name
     * @param service what it is, for example {@code heroku-postgresql}
     * @param plan its plan
     * @param variables the variables that it sets
     */
    public record Addon(String name, String service, String plan, List<String> variables) {
        /** Copies its list. */
        public Addon {
            variables = List.copyOf(variables);
        }
    }

    /**
     * Reads the files.
     *
     * @param app the app's name there
     * @param files the content of a file of {@link #FILES}, where there is one
     * @throws dev.pocketpaas.core.failure.PocketException a usage error, where one is not what Heroku's program prints
     */
    public static HerokuExport read(String app, Function<String, Optional<byte[]>> files) {
        List<String> absent = new ArrayList<>();
        SortedMap<String, String> config = new TreeMap<>();
        SortedMap<String, Integer> formation = new TreeMap<>();
        SortedMap<String, String> sizes = new TreeMap<>();
        files.apply("config.json")
                .ifPresentOrElse(bytes -> config.putAll(config(bytes)), () -> absent.add("config.json"));
        List<String> domains = new ArrayList<>();
        for (Fields domain : list(files, "domains.json", absent)) {
            boolean own = !domain.text("kind").equals(Optional.of("heroku"));
            domain.text("hostname").filter(name -> own).ifPresent(domains::add);
        }
        for (Fields dyno : list(files, "formation.json", absent)) {
            String type = dyno.text("type").orElse("");
            if (type.isEmpty() || List.of("run", "release", "scheduler").contains(type)) {
                continue;
            }
            int count = dyno.text("quantity")
                    .filter(text -> text.matches("[0-9]{1,4}"))
                    .map(Integer::valueOf)
                    .orElse(1);
            formation.merge(type, count, Integer::sum);
            sized(dyno).ifPresent(size -> sizes.put(type, size));
        }
        List<Addon> addons = new ArrayList<>();
        for (Fields addon : list(files, "addons.json", absent)) {
            addons.add(new Addon(
                    addon.text("name").orElse(""),
                    name(addon, "addon_service"),
                    name(addon, "plan"),
                    addon.texts("config_vars")));
        }
        return new HerokuExport(app, config, domains, buildpacks(files, absent), formation, sizes, addons, absent);
    }

    /** A text, or an object with a name. */
    private static String name(Fields fields, String key) {
        return fields.node(key) instanceof Node.Mapping
                ? fields.fields(key).text("name").orElse("")
                : fields.text(key).orElse("");
    }

    private static Optional<String> sized(Fields dyno) {
        String size = name(dyno, "size");
        return size.isEmpty()
                ? Optional.of(name(dyno, "dyno_size")).filter(text -> !text.isEmpty())
                : Optional.of(size);
    }

    private static SortedMap<String, String> config(byte[] bytes) {
        SortedMap<String, String> config = new TreeMap<>();
        Fields root = Fields.of("config.json", SourceDocument.json("config.json", bytes));
        for (Node.Entry entry : root.entries()) {
            config.put(entry.key(), root.text(entry.key()).orElse(""));
        }
        return config;
    }

    private static List<String> buildpacks(Function<String, Optional<byte[]>> files, List<String> absent) {
        String file = "buildpacks.json";
        @Nullable Node root = document(files, file, absent);
        if (root == null) {
            return List.of();
        }
        List<String> buildpacks = new ArrayList<>();
        for (Node item : items(file, root)) {
            if (item instanceof Node.Scalar scalar) {
                buildpacks.add(scalar.text());
                continue;
            }
            Fields fields = Fields.of(file, item);
            Fields inner = fields.has("buildpack") ? fields.fields("buildpack") : fields;
            inner.text("name").or(() -> inner.text("url")).ifPresent(buildpacks::add);
        }
        return buildpacks;
    }

    private static List<Fields> list(Function<String, Optional<byte[]>> files, String file, List<String> absent) {
        @Nullable Node root = document(files, file, absent);
        return root == null
                ? List.of()
                : items(file, root).stream().map(item -> Fields.of(file, item)).toList();
    }

    private static @Nullable Node document(Function<String, Optional<byte[]>> files, String file, List<String> absent) {
        Optional<byte[]> bytes = files.apply(file);
        if (bytes.isEmpty()) {
            absent.add(file);
            return null;
        }
        return SourceDocument.json(file, bytes.get());
    }

    private static List<Node> items(String file, Node root) {
        if (root instanceof Node.Sequence sequence) {
            return sequence.items();
        }
        throw Fields.wrong(file, "", root, "a list");
    }
}
