package dev.pocketpaas.core.git;

/**
 * A difference between the working tree and the newest commit.
 *
 * @param kind what happened to it
 * @param path the path, relative to the top of the working tree
 */
public record Change(Kind kind, String path) {
    /** What happened to a path. */
    public enum Kind {
        /** New, and known to git. */
        ADDED("added"),
        /** Other content. */
        MODIFIED("modified"),
        /** Gone. */
        DELETED("deleted"),
        /** New, and not known to git. */
        UNTRACKED("untracked"),
        /** Left by a merge that is not finished. */
        CONFLICTING("conflicting");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** The kind as a word. */
        public String text() {
            return text;
        }
    }
}
