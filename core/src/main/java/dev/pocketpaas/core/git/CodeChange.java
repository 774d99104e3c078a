package dev.pocketpaas.core.git;

import java.util.List;

/**
 * What lies between two commits.
 *
 * @param added commits that only the new one has, the newest first
 * @param removed commits that only the old one has, the newest first
 * @param files paths that differ, in order
 */
public record CodeChange(List<Commit> added, List<Commit> removed, List<String> files) {
    /** Copies its lists. */
    public CodeChange {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        files = List.copyOf(files);
    }

    /** Whether the new commit is one that the old one was made from. */
    public boolean goesBack() {
        return added.isEmpty() && !removed.isEmpty();
    }
}
