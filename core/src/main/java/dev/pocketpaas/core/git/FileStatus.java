package dev.pocketpaas.core.git;

/** What git makes of a file. */
public enum FileStatus {
    /** It is in the index or in the newest commit. */
    TRACKED,
    /** It is not, and an ignore file names it. */
    IGNORED,
    /** It is not, and the next {@code git add} would take it. */
    UNTRACKED
}
