package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.installer.progress.StepReporter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The images that sandboxes leave in the local engine, found by our labels. */
final class Leftovers {
    private final Engine engine;
    private final StepReporter progress;

    Leftovers(Engine engine, StepReporter progress) {
        this.engine = engine;
        this.progress = progress;
    }

    /** Removes them. */
    void remove() {
        Set<String> ids = new LinkedHashSet<>();
        // Every image inherits its base's labels; the newest come first, so that children go before their parents.
        for (String label : List.of(SandboxLabels.LABEL, StackImages.LABEL)) {
            engine.attempt("image", "ls", "--all", "--no-trunc", "--quiet", "--filter", "label=" + label)
                    .text()
                    .lines()
                    .filter(id -> !id.isBlank())
                    .forEach(ids::add);
        }
        if (ids.isEmpty()) {
            return;
        }
        progress.started("images", "removing the images of sandboxes");
        List<String> left = new ArrayList<>(ids);
        int before = left.size() + 1;
        while (!left.isEmpty() && left.size() < before) {
            before = left.size();
            left.removeIf(id -> engine.attempt("image", "rm", "--force", id).ok() || !engine.hasImage(id));
        }
        if (left.isEmpty()) {
            progress.done("images", "removed");
        } else {
            progress.warning("these images are in use and were kept: " + String.join(" ", left));
        }
    }
}
