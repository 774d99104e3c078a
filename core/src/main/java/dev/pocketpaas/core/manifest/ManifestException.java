package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.util.List;

/** Everything that is wrong in one file, at once. */
public final class ManifestException extends PocketException {
    private static final long serialVersionUID = 1L;

    private final transient List<ManifestProblem> problems;

    ManifestException(String file, List<ManifestProblem> problems) {
        super(
                ExitCode.USAGE,
                file + (problems.size() == 1 ? " has a problem" : " has " + problems.size() + " problems"),
                problems.stream().map(ManifestProblem::toString).toList(),
                null,
                null);
        this.problems = List.copyOf(problems);
    }

    /** The problems, in the order of the file. */
    public List<ManifestProblem> problems() {
        return problems;
    }
}
