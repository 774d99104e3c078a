package dev.pocketpaas.core.environment;

import java.io.IOException;

/** Where {@code KEY=@file} and {@code KEY=-} take their values from. */
public interface ValueSource {
    /** The bytes of the file that the user named. */
    byte[] file(String name) throws IOException;

    /** All of standard input. */
    byte[] standardInput() throws IOException;
}
