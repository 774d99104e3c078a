package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.name.Printable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong in one file, so that all of it is told at once. */
final class Problems {
    /** A file of garbage would otherwise fill the screen. */
    private static final int MOST = 50;

    private final String file;
    private final List<ManifestProblem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void report(Position at, String text, String message, @Nullable String suggestion) {
        ManifestProblem problem =
                new ManifestProblem(file, at.line(), at.column(), Printable.of(text), message, suggestion);
        // What is wrong for the file is wrong for each of its stages, too.
        if (found.size() < MOST && !found.contains(problem)) {
            found.add(problem);
        }
    }

    /** Reports that {@code node} is not {@code wanted}, without its text, which may be secret. */
    void wrongType(Node node, String wanted, @Nullable String suggestion) {
        report(node.position(), "", "expected " + wanted + ", found " + node.kindName(), suggestion);
    }

    boolean any() {
        return !found.isEmpty();
    }

    ManifestException toException() {
        return new ManifestException(
                file,
                found.stream()
                        .sorted(Comparator.comparingInt(ManifestProblem::line)
                                .thenComparingInt(ManifestProblem::column))
                        .toList());
    }

    void throwIfAny() {
        if (any()) {
            throw toException();
        }
    }
}
