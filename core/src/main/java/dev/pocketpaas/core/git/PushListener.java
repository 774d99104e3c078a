package dev.pocketpaas.core.git;

/** Hears what happens during a push. */
public interface PushListener {
    /** What the host prints, byte for byte and as it comes: the output of the hook and everything it runs. */
    void output(byte[] bytes);

    /** How far the upload is; {@code total} is 0 where nobody knows. */
    default void progress(String task, int done, int total) {}
}
