package dev.pocketpaas.core.git;

import java.time.Instant;

/**
 * A commit.
 *
 * @param id its full id
 * @param tree the full id of its tree
 * @param subject the first line of its message
 * @param author the author's name
 * @param committed when it was made
 */
public record Commit(String id, String tree, String subject, String author, Instant committed) {
    private static final int SHORT = 7;

    /** The same commit with another tree for its own. */
    Commit withTree(String other) {
        return new Commit(id, other, subject, author, committed);
    }

    /** The id as people write it. */
    public String shortId() {
        return shortened(id);
    }

    /** Any id as people write it; one that is shorter stays as it is. */
    public static String shortened(String id) {
        return id.substring(0, Math.min(SHORT, id.length()));
    }
}
