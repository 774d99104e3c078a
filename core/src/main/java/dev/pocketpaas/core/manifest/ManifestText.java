package dev.pocketpaas.core.manifest;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The text of a manifest, made value by value. What the reader would refuse is not taken: the text always validates. Values are texts, whole numbers and
 * switches; a list grows by {@link #add}.
 */
public final class ManifestText {
    private static final Set<String> MANY = Set.of("env", "secrets");

    private final Map<String, Object> tree = new LinkedHashMap<>();

    /**
     * Sets a value.
     *
     * @param value a {@code String}, {@code Integer} or {@code Boolean}
     * @param path the keys that lead to it
     * @return what the reader would say against it; empty where it was taken
     */
    public Optional<ManifestProblem> put(Object value, String... path) {
        return take(value, value, path);
    }

    /** Adds {@code item} to the list at {@code path}, as {@link #put} does; one that is there already is there once. */
    public Optional<ManifestProblem> add(String item, String... path) {
        @Nullable Object present = get(path);
        List<Object> items = new ArrayList<>(present instanceof List<?> list ? list : List.of());
        if (items.contains(item)) {
            return Optional.empty();
        }
        items.add(item);
        return take(items, List.of(item), path);
    }

    /** Whether there is something at {@code path}. */
    public boolean has(String... path) {
        return get(path) != null;
    }

    private @Nullable Object get(String... path) {
        @Nullable Object at = tree;
        for (String key : path) {
            at = at instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return at;
    }

    /** Takes {@code value}, of which {@code news} is what is new. */
    private Optional<ManifestProblem> take(Object value, Object news, String... path) {
        Map<String, Object> alone = new LinkedHashMap<>();
        store(alone, news, path);
        Optional<ManifestProblem> unfit = problem(alone);
        if (unfit.isPresent()) {
            return unfit;
        }
        @Nullable Object before = get(path);
        store(tree, value, path);
        // What fits alone may not fit beside the rest. Variables do, and there may be thousands.
        Optional<ManifestProblem> problem = MANY.contains(path[0]) ? Optional.empty() : problem(tree);
        if (problem.isPresent()) {
            if (before == null) {
                remove(tree, path, 0);
            } else {
                store(tree, before, path);
            }
        }
        return problem;
    }

    private static Optional<ManifestProblem> problem(Map<String, Object> tree) {
        try {
            ManifestReader.read(ManifestFile.NAME, yaml(tree).getBytes(StandardCharsets.UTF_8));
            return Optional.empty();
        } catch (ManifestException e) {
            return Optional.of(e.problems().get(0));
        }
    }

    @SuppressWarnings("unchecked") // Maps are made here only.
    private static void store(Map<String, Object> root, Object value, String... path) {
        Map<String, Object> at = root;
        for (int i = 0; i < path.length - 1; i++) {
            at = (Map<String, Object>) at.computeIfAbsent(path[i], key -> new LinkedHashMap<String, Object>());
        }
        at.put(path[path.length - 1], value);
    }

    @SuppressWarnings("unchecked") // Maps are made here only.
    private static void remove(Map<String, Object> at, String[] path, int depth) {
        if (depth == path.length - 1) {
            at.remove(path[depth]);
            return;
        }
        Map<String, Object> below = (Map<String, Object>) at.get(path[depth]);
        if (below != null) {
            remove(below, path, depth + 1);
            if (below.isEmpty()) {
                at.remove(path[depth]);
            }
        }
    }

    /** The file, beginning with {@code comment}, a line each. */
    public String text(List<String> comment) {
        StringBuilder text = new StringBuilder();
        comment.forEach(line -> text.append("# ").append(line).append('\n'));
        return text.append('\n').append(yaml(tree)).toString();
    }

    private static String yaml(Map<String, Object> tree) {
        List<String> order = Manifest.SECTION.names();
        Map<String, Object> sorted = new LinkedHashMap<>();
        tree.keySet().stream()
                .sorted(Comparator.comparingInt(order::indexOf))
                .forEach(key -> sorted.put(key, tree.get(key)));
        return YamlText.of(sorted);
    }
}
