package dev.pocketpaas.core.git;

/** Hears what happens during a push. */
public interface PushListener {
    /** What the host prints, byte for byte and as it comes: the output of the hook and everything it runs. */
    void output(byte[] bytes);

    /**
     * How far the upload is; called often.
     *
     * @param bytes what has been sent
     * @param percent how many of the objects are sent, of a hundred; 0 while nobody knows
     */
    default void sent(long bytes, int percent) {}
}
