package dev.pocketpaas.core.image;

import java.io.InputStream;

/** The Docker engine of this machine. */
public interface LocalEngine {
    /**
     * Starts to write {@code reference} as a tar, as {@code docker save} does.
     *
     * @throws dev.pocketpaas.core.failure.PocketException when there is no engine
     */
    Saving save(String reference);

    /** An image that is being written. Closing it ends that. */
    interface Saving extends AutoCloseable {
        /** The tar. */
        InputStream tar();

        /**
         * Waits for the end, once the tar was read.
         *
         * @throws dev.pocketpaas.core.failure.PocketException when the engine has failed
         */
        void finish();

        @Override
        void close();
    }
}
