package dev.pocketpaas.cli.environment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The version of the program, as the build knows it. */
public final class Version {
    private Version() {}

    /** The version. */
    public static String text() {
        return read("version.txt");
    }

    /** The commit that it was built from, with {@code -dirty} if there were other changes; "unknown" without git. */
    public static String commit() {
        return read("commit.txt");
    }

    /** The address that its releases are published at; empty if nobody publishes it. */
    public static String releases() {
        return read("releases.txt");
    }

    private static String read(String name) {
        try (InputStream in = Objects.requireNonNull(Version.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
