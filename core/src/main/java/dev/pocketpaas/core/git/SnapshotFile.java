package dev.pocketpaas.core.git;

/**
 * A file of a snapshot.
 *
 * @param blob the id of its content
 * @param kind what it is
 */
public record SnapshotFile(String blob, Kind kind) {
    /** What a file is. */
    public enum Kind {
        /** A plain file. */
        FILE,
        /** A file that can be run. */
        PROGRAM,
        /** A symbolic link; its content is its target. */
        LINK
    }

    /** A file. */
    public static SnapshotFile file(String blob, boolean executable) {
        return new SnapshotFile(blob, executable ? Kind.PROGRAM : Kind.FILE);
    }

    /** A symbolic link. */
    public static SnapshotFile link(String blob) {
        return new SnapshotFile(blob, Kind.LINK);
    }
}
