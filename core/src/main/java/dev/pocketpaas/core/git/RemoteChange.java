package dev.pocketpaas.core.git;

/** What became of a remote. */
public enum RemoteChange {
    /** There was none of that name. */
    ADDED,
    /** It pointed elsewhere. */
    UPDATED,
    /** It was there already. */
    UNCHANGED
}
