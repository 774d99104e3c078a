package dev.pocketpaas.core.diagnosis;

import dev.pocketpaas.core.failure.ExitCode;
import java.util.List;

/**
 * What an examination has found.
 *
 * @param findings all of it, in the order of the areas
 * @param fixed what was put right
 * @param reached whether the host let us in
 */
public record Diagnosis(List<Finding> findings, List<Finding> fixed, boolean reached) {
    /** Copies the lists. */
    public Diagnosis {
        findings = List.copyOf(findings);
        fixed = List.copyOf(fixed);
    }

    /** Whether nobody has to do anything. */
    public boolean isWell() {
        return findings.stream().noneMatch(Finding::isBad);
    }

    /** What a command that examines ends with. */
    public ExitCode exitCode() {
        if (isWell()) {
            return ExitCode.OK;
        }
        return reached ? ExitCode.REFUSED : ExitCode.UNREACHABLE;
    }
}
