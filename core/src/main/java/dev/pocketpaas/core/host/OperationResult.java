package dev.pocketpaas.core.host;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The facts that an operation ended with, in the order they came: release, url, commit, unchanged … */
public final class OperationResult {
    private final Map<String, List<String>> facts;
    private final List<String> hints;

    OperationResult(Map<String, List<String>> facts, List<String> hints) {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        facts.forEach((key, values) -> copy.put(key, List.copyOf(values)));
        this.facts = copy;
        this.hints = List.copyOf(hints);
    }

    /** The last value of {@code key}. */
    public Optional<String> fact(String key) {
        List<String> values = facts.get(key);
        return values == null ? Optional.empty() : Optional.of(values.get(values.size() - 1));
    }

    /** Every value of {@code key}, possibly none. */
    public List<String> facts(String key) {
        return facts.getOrDefault(key, List.of());
    }

    /** The keys, in the order they first came. */
    public List<String> keys() {
        return new ArrayList<>(facts.keySet());
    }

    /** Whether the operation found nothing to do. */
    public boolean unchanged() {
        return fact("unchanged").isPresent();
    }

    /** The same result, with {@code why} as the reason that nothing was to do. */
    public OperationResult unchangedBecause(String why) {
        return new OperationResult(Map.of("unchanged", List.of(why)), hints);
    }

    /** What to do next, possibly nothing. */
    public List<String> hints() {
        return hints;
    }
}
